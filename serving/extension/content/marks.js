// The marks of a page, drawn with the CSS Custom Highlight API: the page's own elements stay as they are.

(() => {
  const { isBefore } = globalThis.scamlint;

  /** A marked stretch of a page. */
  class Mark {
    constructor(block, span) {
      this.block = block;
      this.start = span.start;
      this.end = span.end;
      this.label = span.label;
      this.score = span.score;
      this.range = block.range(span.start, span.end);
      this.words = block.text.slice(span.start, span.end);
    }

    get rect() {
      return this.range.getBoundingClientRect();
    }
  }

  class Marks {
    #byBlock = new Map();
    #byNode = new WeakMap(); // text node -> the marked blocks that hold a stretch of it
    #highlights = new Map();
    #off = new Set();
    #onChange;

    /** @param {() => void} onChange Called when marks came or went. */
    constructor(onChange) {
      this.#onChange = onChange;
    }

    /** Labels that are not shown. */
    set off(names) {
      this.#off = new Set(names);
      this.#highlights.forEach((highlight) => highlight.clear());
      for (const mark of this.all()) if (!this.#off.has(mark.label)) this.#highlight(mark.label).add(mark.range);
      this.#onChange();
    }

    /** Mark a block; what was marked in it before goes. */
    set(block, spans) {
      this.drop(block);
      const marks = spans.filter((span) => span.start < span.end && span.end <= block.text.length).map((span) => new Mark(block, span));
      if (!marks.length) return;
      this.#byBlock.set(block, marks);
      for (const node of block.sources.keys()) {
        if (!this.#byNode.has(node)) this.#byNode.set(node, new Set());
        this.#byNode.get(node).add(block);
      }
      for (const mark of marks) if (!this.#off.has(mark.label)) this.#highlight(mark.label).add(mark.range);
      this.#onChange();
    }

    drop(block) {
      const marks = this.#byBlock.get(block);
      if (!marks) return;
      this.#byBlock.delete(block);
      for (const node of block.sources.keys()) this.#byNode.get(node)?.delete(block);
      for (const mark of marks) this.#highlights.get(mark.label)?.delete(mark.range);
      this.#onChange();
    }

    clear() {
      for (const block of [...this.#byBlock.keys()]) this.drop(block);
    }

    /** The blocks that have marks. */
    get blocks() {
      return this.#byBlock.keys();
    }

    * all() {
      for (const marks of this.#byBlock.values()) yield* marks;
    }

    /** How many marks are shown. */
    get count() {
      let count = 0;
      for (const mark of this.all()) if (!this.#off.has(mark.label)) count += 1;
      return count;
    }

    /** The marks that are shown, in reading order. */
    get shown() {
      const marks = [...this.all()].filter((mark) => !this.#off.has(mark.label));
      return marks.sort((a, b) => {
        if (a.block === b.block) return a.start - b.start;
        const [one, two] = [a.range.startContainer, b.range.startContainer];
        if (one === two) return a.range.startOffset - b.range.startOffset;
        return isBefore(one, two) ? -1 : 1;
      });
    }

    /** The shown marks under a point of the window. */
    at(x, y, shadowRoots) {
      const place = caretAt(x, y, shadowRoots);
      const blocks = (place && this.#byNode.get(place.node)) ?? [];
      return [...blocks].flatMap((block) => this.#byBlock.get(block)).filter((mark) => !this.#off.has(mark.label) && mark.block.isCurrent && touches(mark.range, x, y));
    }

    #highlight(label) {
      let highlight = this.#highlights.get(label);
      if (!highlight) {
        highlight = new Highlight();
        this.#highlights.set(label, highlight);
        CSS.highlights.set(`scamlint-${label}`, highlight);
      }
      return highlight;
    }
  }

  function caretAt(x, y, shadowRoots) {
    if (document.caretPositionFromPoint) {
      const caret = document.caretPositionFromPoint(x, y, { shadowRoots });
      return caret && { node: caret.offsetNode };
    }
    const range = document.caretRangeFromPoint?.(x, y);
    return range && { node: range.startContainer };
  }

  const touches = (range, x, y) => [...range.getClientRects()].some(
    (box) => x >= box.left - 1 && x <= box.right + 1 && y >= box.top - 2 && y <= box.bottom + 2);

  Object.assign(globalThis.scamlint, { Marks });
})();
