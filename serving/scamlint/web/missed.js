// The form for words that should have been marked. It reports from the document that it was opened with, no other.

export class MissedForm {
  #form;
  #words;
  #label;
  #after;
  #sending = null; // what was opened when the report that is on its way was sent
  #opened = null; // {result, start, end}: the scan whose words are reported, and their offsets in its text

  /**
   * @param {HTMLFormElement} form
   * @param {Iterable<object>} labels
   * @param {(report: object, result: object) => Promise<unknown>} send Sends feedback on the result of a scan.
   * @param {{sent: () => void, failed: (error: Error) => void, closed: () => void}} after What the page does then;
   *   `closed` is called when the form had the focus, which has to go somewhere.
   */
  constructor(form, labels, send, after) {
    this.#form = form;
    this.#words = form.querySelector("q");
    this.#label = form.querySelector("select");
    this.#after = after;
    this.#label.append(...[...labels].map((label) => new Option(label.title, label.name)));
    form.querySelector("button[type=button]").addEventListener("click", () => this.close());
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#submit(send);
    });
  }

  /** Ask about words: the result of the scan that did not mark them, and their offsets in its text. */
  open(result, { start, end }) {
    this.#opened = { result, start, end };
    this.#words.textContent = result.text.slice(start, end);
    this.#form.hidden = false;
    this.#label.focus();
  }

  /** Close the form unless this is the text that it was opened with. */
  keepFor(text) {
    if (this.#opened && this.#opened.result.text !== text) this.close();
  }

  close() {
    const focused = this.#form.contains(document.activeElement);
    this.#opened = null;
    this.#form.hidden = true;
    if (focused) this.#after.closed();
  }

  async #submit(send) {
    const opened = this.#opened;
    if (this.#sending === opened) return; // a second press would store a second report
    this.#sending = opened;
    const { result, start, end } = opened;
    try {
      await send({ kind: "missed", span: { start, end, label: this.#label.value }, share: true }, result);
      if (this.#opened === opened) this.close();
      this.#after.sent();
    } catch (error) {
      this.#sending = null;
      this.#after.failed(error);
    }
  }
}
