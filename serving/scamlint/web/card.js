// The card that explains a mark: on hover, on keyboard focus, pinned by a click or Enter.

const el = (tag, props = {}, ...children) => {
  const node = Object.assign(document.createElement(tag), props);
  node.append(...children);
  return node;
};

const SHOW_MS = 90;
const HIDE_MS = 220;

export class Card {
  #card;
  #labels;
  #mark = null;
  #timer = 0;
  #pinned = false;

  /**
   * @param {HTMLElement} card
   * @param {HTMLElement} paper Element that holds the marks.
   * @param {Map<string, object>} labels
   * @param {(mark: HTMLElement) => object[]} spansOf
   * @param {((report: object) => Promise<unknown>) | null} send Sends feedback; null when the server takes none.
   */
  constructor(card, paper, labels, spansOf, send) {
    this.#card = card;
    this.#labels = labels;
    this.spansOf = spansOf;
    this.send = send;
    const onMark = (event) => (event.target instanceof Element ? event.target.closest("mark") : null);
    paper.addEventListener("pointerover", (event) => {
      if (event.pointerType !== "touch" && onMark(event)) this.#later(() => this.show(onMark(event)), SHOW_MS);
    });
    paper.addEventListener("pointerout", (event) => onMark(event) && this.#leave());
    card.addEventListener("pointerenter", () => clearTimeout(this.#timer));
    card.addEventListener("pointerleave", () => this.#leave());
    paper.addEventListener("focusin", (event) => onMark(event)?.matches(":focus-visible") && this.show(onMark(event)));
    paper.addEventListener("focusout", (event) => {
      if (!card.contains(event.relatedTarget)) this.#leave();
    });
    paper.addEventListener("click", (event) => onMark(event) && this.#pin(onMark(event)));
    paper.addEventListener("keydown", (event) => {
      if (!onMark(event) || (event.key !== "Enter" && event.key !== " ")) return;
      event.preventDefault();
      this.#pin(onMark(event));
    });
    document.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !this.#mark) return;
      const mark = this.#mark;
      if (card.contains(document.activeElement)) (mark.isConnected ? mark : paper).focus();
      this.hide(); // last: a mark that gets the focus from the keyboard shows its card
    });
    document.addEventListener("pointerdown", (event) => {
      if (this.#mark && !card.contains(event.target) && !onMark(event)) this.hide();
    });
    card.addEventListener("focusout", (event) => {
      if (event.relatedTarget && !card.contains(event.relatedTarget)) this.hide();
    });
    addEventListener("scroll", () => this.#mark && this.#place(), { passive: true });
    addEventListener("resize", () => this.hide());
  }

  /** Show the card beside a mark. */
  show(mark) {
    clearTimeout(this.#timer);
    if (mark === this.#mark || !mark.isConnected) return;
    const spans = this.spansOf(mark);
    if (!spans.length) return;
    this.hide();
    this.#mark = mark;
    mark.classList.add("active");
    if (mark.hasAttribute("aria-expanded")) mark.setAttribute("aria-expanded", "true");
    this.#card.replaceChildren(...spans.map((span, index) => this.#section(span, index)));
    this.#card.showPopover();
    this.#place();
  }

  hide() {
    clearTimeout(this.#timer);
    this.#pinned = false;
    if (!this.#mark) return;
    this.#mark.classList.remove("active");
    if (this.#mark.hasAttribute("aria-expanded")) this.#mark.setAttribute("aria-expanded", "false");
    this.#mark = null;
    this.#card.hidePopover();
  }

  #pin(mark) {
    this.show(mark);
    this.#pinned = true;
    this.#card.focus({ preventScroll: true });
  }

  #later(action, delay) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(action, delay);
  }

  #leave() {
    const busy = () => this.#pinned || this.#card.contains(document.activeElement) || this.#card.matches(":hover");
    this.#later(() => busy() || this.#mark?.matches(":focus-visible") || this.hide(), HIDE_MS);
  }

  #place() {
    const words = [...this.#mark.getClientRects()];
    const anchor = words[0] ?? this.#mark.getBoundingClientRect();
    const { offsetWidth: width, offsetHeight: height } = this.#card;
    const left = Math.min(Math.max(anchor.left, 12), innerWidth - width - 12);
    const last = words.at(-1) ?? anchor;
    const below = last.bottom + 8;
    const top = below + height < innerHeight - 8 || anchor.top < height + 8 ? below : anchor.top - height - 8;
    this.#card.style.left = `${left}px`;
    this.#card.style.top = `${Math.max(top, 8)}px`;
  }

  #section(span, index) {
    const label = this.#labels.get(span.label) ?? { title: span.label, explanation: "", source: "" };
    const title = el("h3", {}, el("span", { id: index ? "" : "card-title" }, label.title),
      el("span", { className: "score", title: "Estimated probability that the words carry this pattern" },
        `${Math.round(span.score * 100)} % sure`));
    const section = el("section", {}, title, el("p", {}, label.explanation));
    section.style.setProperty("--c", `var(--c-${span.label})`);
    if (label.url) {
      const link = el("a", { href: label.url, target: "_blank", rel: "noopener noreferrer" }, "Read the regulators’ advice");
      section.append(el("p", { className: "source" }, label.source, " ", link));
    }
    if (this.send) section.append(this.#feedback(span));
    return section;
  }

  #feedback(span) {
    const other = el("select", { ariaLabel: "The right pattern" });
    for (const label of this.#labels.values()) {
      if (label.name !== span.label) other.append(el("option", { value: label.name }, label.title));
    }
    const radio = (value, ...text) => el("label", {}, el("input", { type: "radio", name: "kind", value, checked: value === "wrong_flag" }), ...text);
    const wrong = radio("wrong_label", "It is another pattern:");
    const share = el("input", { type: "checkbox" });
    const note = el("p", { className: "fine", role: "status" });
    const form = el("form", {},
      el("fieldset", {}, el("legend", { className: "hidden" }, "What is wrong"), radio("wrong_flag", "These words are fine here"), wrong, other),
      el("label", {}, share, "Store these words, and up to 500 characters before and after them, with the report"),
      el("button", { type: "submit" }, "Send"));
    other.addEventListener("focus", () => { wrong.querySelector("input").checked = true; });
    const details = el("details", {}, el("summary", {}, "Was this wrong?"), form, note);
    details.addEventListener("toggle", () => this.#mark && this.#place());
    let sending = false;
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const kind = new FormData(form).get("kind");
      if (sending) return; // a second press would store a second report
      sending = true;
      try {
        await this.send({ kind, span, right: kind === "wrong_label" ? other.value : null, share: share.checked });
        if (form.contains(document.activeElement)) this.#card.focus({ preventScroll: true });
        form.remove();
        note.textContent = "Thank you. The report is stored on this server.";
      } catch (error) {
        note.textContent = error.message;
        sending = false;
      }
    });
    return details;
  }
}
