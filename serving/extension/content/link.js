// The link to the service worker. After an update of the extension this world is an orphan: nothing answers it any more.

(() => {
  const CONTEXT = 500; // characters around the words that go with a report, when the user shares them

  const isAlive = () => Boolean(globalThis.chrome?.runtime?.id);

  /** Send a message to the service worker and return its answer; null when there is none. */
  async function send(message) {
    try {
      return await chrome.runtime.sendMessage(message);
    } catch {
      return null;
    }
  }

  /** Report a mark as wrong; a sentence about what went wrong, or null. */
  async function sendFeedback({ mark, right, share }) {
    const { block, start, end, label, score } = mark;
    const report = { kind: right ? "wrong_label" : "wrong_flag", text: mark.words.toWellFormed(), label, score, store_text: share };
    if (right) report.expected_label = right;
    if (share) {
      report.before = block.text.slice(Math.max(0, start - CONTEXT), start).toWellFormed();
      report.after = block.text.slice(end, end + CONTEXT).toWellFormed();
    }
    const answer = await send({ type: "feedback", report });
    return answer?.done ? null : (answer?.sentence ?? "The report could not be sent; send it again, or reload the page first.");
  }

  Object.assign(globalThis.scamlint, { isAlive, send, sendFeedback });
})();
