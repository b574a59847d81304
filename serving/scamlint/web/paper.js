// The text with its marks. A text is cut at line breaks into blocks, and each block at the bounds of its spans.

const BLOCK = 1500; // characters; lines are gathered up to this size so that a long text has few elements
const SLICE_MS = 12;

/**
 * Cut a stretch of text into pieces over which the same spans lie.
 * @param {number} start
 * @param {number} end
 * @param {{start: number, end: number}[]} spans Sorted by start.
 * @returns {{start: number, end: number, spans: object[]}[]} Pieces that tile the stretch.
 */
export function pieces(start, end, spans) {
  const here = spans.filter((span) => span.start < end && span.end > start);
  const cuts = new Set([start, end]);
  for (const span of here) {
    cuts.add(Math.max(span.start, start));
    cuts.add(Math.min(span.end, end));
  }
  const ordered = [...cuts].sort((a, b) => a - b);
  return ordered.slice(1).map((right, index) => ({
    start: ordered[index],
    end: right,
    spans: here.filter((span) => span.start <= ordered[index] && span.end >= right),
  }));
}

/** Cut a text into blocks that end at line breaks. A very long line is a block of its own. */
export function blocks(text) {
  const cuts = [];
  let start = 0;
  while (start < text.length) {
    let end = text.indexOf("\n", start);
    end = end < 0 ? text.length : end + 1;
    while (end < text.length) {
      const next = text.indexOf("\n", end);
      const stop = next < 0 ? text.length : next + 1;
      if (stop - start > BLOCK) break;
      end = stop;
    }
    cuts.push({ start, end });
    start = end;
  }
  return cuts;
}

const pause = () => new Promise((resolve) => setTimeout(resolve, 0));

export class Paper {
  #element;
  #labels;
  #run = 0;

  /**
   * @param {HTMLElement} element Where the text is shown.
   * @param {Map<string, object>} labels Label by name.
   */
  constructor(element, labels) {
    this.#element = element;
    this.#labels = labels;
    this.spans = [];
    this.text = "";
  }

  /** Show a text with its spans. Long texts are drawn in slices; a newer call stops an older one. */
  async show(text, spans) {
    const run = ++this.#run;
    const cuts = blocks(text);
    const old = this.#element.children;
    const same = text === this.text && old.length === cuts.length;
    this.text = text;
    this.spans = spans;
    if (!same) this.#element.replaceChildren();
    this.#element.classList.toggle("long", cuts.length > 40);
    const started = new Set();
    let first = 0;
    let deadline = performance.now() + SLICE_MS;
    for (const [index, { start, end }] of cuts.entries()) {
      while (first < spans.length && spans[first].end <= start) first += 1;
      const here = [];
      for (let i = first; i < spans.length && spans[i].start < end; i += 1) here.push(spans[i]);
      const key = here.map((span) => `${span.start}-${span.end}-${span.label}`).join();
      if (!same || old[index].dataset.spans !== key) {
        const block = this.#block(text, start, end, here, started);
        block.dataset.spans = key;
        if (same) old[index].replaceWith(block);
        else this.#element.append(block);
      }
      if (performance.now() > deadline) {
        await pause();
        if (run !== this.#run) return;
        deadline = performance.now() + SLICE_MS;
      }
    }
  }

  #block(text, start, end, spans, started) {
    const block = document.createElement("div");
    block.dir = "auto";
    block.dataset.start = String(start);
    for (const piece of pieces(start, end, spans)) {
      const words = text.slice(piece.start, piece.end);
      block.append(piece.spans.length && words.trim() ? this.#mark(words, piece, started) : words);
    }
    return block;
  }

  #mark(words, piece, started) {
    const mark = document.createElement("mark");
    mark.textContent = words;
    mark.dataset.at = String(piece.start);
    mark.style.setProperty("--c", `var(--c-${piece.spans[0].label})`);
    if (piece.spans.length > 1) {
      mark.classList.add("two");
      mark.style.setProperty("--d", `var(--c-${piece.spans[1].label})`);
    }
    const opens = piece.spans.some((span) => !started.has(span));
    if (opens) {
      piece.spans.forEach((span) => started.add(span));
      mark.tabIndex = 0;
      mark.setAttribute("role", "button");
      mark.setAttribute("aria-haspopup", "dialog");
      mark.setAttribute("aria-expanded", "false");
      const titles = piece.spans.map((span) => this.#labels.get(span.label)?.title ?? span.label);
      mark.setAttribute("aria-description", titles.join(", "));
    }
    return mark;
  }

  /** The spans over the piece that a mark shows. */
  spansOf(mark) {
    const at = Number(mark.dataset.at);
    return this.spans.filter((span) => span.start <= at && span.end > at);
  }

  /** The marks that a keyboard stops at, in reading order. */
  get stops() {
    return [...this.#element.querySelectorAll("mark[tabindex]")];
  }

  /** Scroll to an offset of the text. */
  scrollTo(offset) {
    const marks = [...this.#element.querySelectorAll("mark")];
    const near = marks.reduce((best, mark) => {
      const distance = Math.abs(Number(mark.dataset.at) - offset);
      return best === null || distance < best.distance ? { mark, distance } : best;
    }, null);
    const margin = Math.max(200, this.text.length / 60);
    if (near && near.distance < margin) near.mark.scrollIntoView({ block: "center" });
    else this.#blockAt(offset)?.scrollIntoView({ block: "start" });
  }

  #blockAt(offset) {
    return [...this.#element.children].findLast((block) => Number(block.dataset.start) <= offset);
  }

  /** Offsets in the text of the words that the reader has selected, or null. */
  selected() {
    const selection = document.getSelection();
    if (!selection || selection.isCollapsed || selection.rangeCount === 0) return null;
    const range = selection.getRangeAt(0);
    if (!this.#element.contains(range.commonAncestorContainer)) return null;
    const start = this.#offset(range.startContainer, range.startOffset);
    const end = this.#offset(range.endContainer, range.endOffset);
    return trim(this.text, start, end);
  }

  #offset(node, within) {
    const range = document.createRange();
    const element = node.nodeType === Node.TEXT_NODE ? node.parentElement : node;
    const block = element.closest("[data-start]");
    if (!block) return within === 0 ? 0 : this.text.length;
    range.selectNodeContents(block);
    range.setEnd(node, within);
    return Number(block.dataset.start) + range.toString().length;
  }
}

function trim(text, start, end) {
  while (start < end && /\s/u.test(text[start])) start += 1;
  while (start < end && /\s/u.test(text[end - 1])) end -= 1;
  return start < end ? { start, end } : null;
}
