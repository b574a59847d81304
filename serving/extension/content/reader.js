// Reading a page: its visible prose as blocks of text that know which text nodes they come from.
// Content scripts are plain scripts; they share the object `scamlint` in the extension's own world.

globalThis.scamlint ??= {};

(() => {
  const MAX_BLOCK = 16_000; // characters of one block; longer ones are cut between words
  const ENOUGH_LETTERS = /(?:\p{L}\P{L}*){6}/u; // for prose; made so that it stops at the sixth and keeps none
  // Controls and code are not prose; what the user writes is nobody's business.
  const SKIPPED = new Set([
    "SCRIPT", "STYLE", "NOSCRIPT", "TEMPLATE", "TEXTAREA", "INPUT", "SELECT", "OPTION", "DATALIST", "CODE", "KBD", "SAMP", "NAV",
    "SVG", "MATH", "CANVAS", "IFRAME", "FRAME", "OBJECT", "EMBED", "VIDEO", "AUDIO", "PROGRESS", "METER", "DIALOG-POLYFILL",
    "SCAMLINT-CARD", "HEAD", "RP", "RT",
  ]);
  const SKIPPED_ROLES = new Set(["navigation", "menu", "menubar", "toolbar", "tablist", "textbox", "searchbox", "combobox", "listbox", "code"]);
  // Code editors draw what the user types into plain elements: CodeMirror 5 and 6, Ace, Monaco.
  const EDITORS = ".CodeMirror, .cm-editor, .ace_editor, .monaco-editor";
  const XHTML = "http://www.w3.org/1999/xhtml";
  const WHITE_SPACE = /[ \t\n\r\f]+/g;
  const FLUSH = Symbol("end of a block");
  const SPACE = Symbol("space between cells");

  function isSkipped(element) {
    if (SKIPPED.has(element.tagName.toUpperCase())) return true;
    if (element.isContentEditable || element.matches(EDITORS)) return true;
    const role = element.getAttribute("role");
    return role !== null && SKIPPED_ROLES.has(role.toLowerCase());
  }

  /** Whether an element or something around it is not read. */
  function isInSkipped(element) {
    for (let at = element; at; at = at.parentElement ?? at.getRootNode().host ?? null) if (isSkipped(at)) return true;
    return false;
  }

  function shadowOf(element) {
    if (element.shadowRoot) return element.shadowRoot;
    if (element.openOrClosedShadowRoot !== undefined) return element.openOrClosedShadowRoot;
    // Only custom elements and a few plain ones can have a closed root; asking for every element would be slow. Asking for
    // one of another language, such as SVG's `font-face`, is an error; it may be of another document, too, so its class says nothing.
    if (!element.localName.includes("-") || element.namespaceURI !== XHTML || !globalThis.chrome?.dom) return null;
    return chrome.dom.openOrClosedShadowRoot(element);
  }

  /** A stretch of prose. `runs` say where its characters come from: text[at..at+length) was node.data[from..from+length). */
  class Block {
    constructor(text, runs) {
      this.text = text;
      this.runs = runs;
      this.sources = new Map(); // text node -> what it held, and the stretch of it that is in the block
      for (const { node, data, from, length } of runs) {
        const source = this.sources.get(node);
        if (source) source.to = from + length;
        else this.sources.set(node, { data, from, to: from + length });
      }
    }

    /** Whether the page still has the text as it was read. */
    get isCurrent() {
      for (const [node, { data }] of this.sources) if (!node.isConnected || node.data !== data) return false;
      return true;
    }

    /** Whether all of it can be seen on the page, by scrolling perhaps. */
    get isShown() {
      return [...this.sources.keys()].every((node) => hasBox(parentOf(node)));
    }

    /** Whether another block has a stretch in common; the parts of a long one share text nodes, but no stretch. */
    overlaps(other) {
      for (const [node, { from, to }] of this.sources) {
        const theirs = other.sources.get(node);
        if (theirs && from < theirs.to && theirs.from < to) return true;
      }
      return false;
    }

    /** Whether another block is the same text at the same place. */
    equals(other) {
      if (this.text !== other.text || this.sources.size !== other.sources.size) return false;
      for (const [node, { from, to }] of this.sources) {
        const theirs = other.sources.get(node);
        if (theirs?.from !== from || theirs.to !== to) return false;
      }
      return true;
    }

    /** The place of a character: text node and offset in it. */
    place(offset) {
      let low = 0;
      let high = this.runs.length - 1;
      while (low < high) {
        const middle = (low + high + 1) >> 1;
        if (this.runs[middle].at <= offset) low = middle;
        else high = middle - 1;
      }
      const run = this.runs[low];
      return { node: run.node, offset: run.from + Math.min(Math.max(offset - run.at, 0), run.length - 1) };
    }

    /** The range of text[start..end), UTF-16 units. */
    range(start, end) {
      const first = this.place(start);
      const last = this.place(end - 1);
      const range = document.createRange();
      range.setStart(first.node, first.offset);
      range.setEnd(last.node, last.offset + 1);
      return range;
    }
  }

  /** Gathers the text of one paragraph. What is too long for a block is cut off on the way, so that no step takes long. */
  class Builder {
    #text = "";
    #runs = [];
    #spaced = false; // whether the text ends in white space; looking would copy all of it each time

    /** @yields {Block | null} A block that is full, or null at a place to pause. */
    * add(node, preserved) {
      const { data } = node; // it may change during a pause
      let from = 0;
      if (preserved) {
        for (; from < data.length; from += MAX_BLOCK) {
          this.#run(node, data, from, Math.min(from + MAX_BLOCK, data.length));
          yield* this.#full();
        }
        return;
      }
      for (const { 0: space, index } of data.matchAll(WHITE_SPACE)) {
        this.#run(node, data, from, index);
        if (this.#text !== "" && !this.#spaced) this.#run(node, data, index, index + 1, " ");
        from = index + space.length;
        if (this.#text.length > MAX_BLOCK) yield* this.#full();
      }
      this.#run(node, data, from, data.length);
      yield* this.#full();
    }

    #run(node, data, from, to, text = data.slice(from, to)) {
      if (from === to) return;
      const last = this.#runs.at(-1);
      const at = this.#text.length;
      if (last && last.node === node && last.from + last.length === from && last.at + last.length === at) last.length += to - from;
      else this.#runs.push({ at, node, data, from, length: to - from });
      this.#text += text;
      this.#spaced = /\s/.test(text.at(-1));
    }

    gap(text = " ") {
      if (this.#text === "" || this.#spaced) return;
      this.#text += text;
      this.#spaced = true;
    }

    /** Cut off, between words, what is more than a block. */
    * #full() {
      while (this.#text.length > MAX_BLOCK) {
        const space = Math.max(this.#text.lastIndexOf(" ", MAX_BLOCK), this.#text.lastIndexOf("\n", MAX_BLOCK));
        if (space > 0) yield this.#cut(space + 1);
        else yield this.#cut(/[\uD800-\uDBFF]/.test(this.#text[MAX_BLOCK - 1]) ? MAX_BLOCK - 1 : MAX_BLOCK);
      }
    }

    /** The text before a place as a block; null when it is too little prose. */
    #cut(end) {
      const text = this.#text.slice(0, end);
      const runs = [];
      const rest = [];
      for (const run of this.#runs) {
        const inside = Math.min(Math.max(end - run.at, 0), run.length);
        if (inside > 0) runs.push({ ...run, length: inside });
        if (inside < run.length) rest.push({ ...run, at: run.at + inside - end, from: run.from + inside, length: run.length - inside });
      }
      this.#text = this.#text.slice(end);
      this.#runs = rest;
      return ENOUGH_LETTERS.test(text) && /\S\s+\S/.test(text) ? new Block(text, runs) : null;
    }

    /** What is left, as a block; null when it is too little prose. */
    take() {
      const block = this.#cut(this.#text.length);
      this.#spaced = false;
      return block;
    }
  }

  const isInline = (display) => display.startsWith("inline") || display === "contents" || display.startsWith("ruby");

  function isHidden(style) {
    if (style.display === "none" || style.visibility !== "visible" || style.contentVisibility === "hidden") return true;
    // The usual ways to hide text from sight but not from screen readers.
    return style.position === "absolute" && (style.clipPath === "inset(50%)" || /^rect\([01]px/.test(style.clip));
  }

  /**
   * Walk a subtree in reading order.
   * @param {Node} root
   * @param {(root: ShadowRoot) => void} onShadow Called for each shadow root that is entered.
   * @yields {Block | null} A block, or null after each node so that the caller can pause.
   */
  function* read(root, onShadow) {
    const builder = new Builder();
    const stack = [root];
    while (stack.length) {
      const node = stack.pop();
      if (node === FLUSH) yield builder.take();
      else if (node === SPACE) builder.gap();
      else if (!node.isConnected) continue; // it went while the caller paused
      else if (node.nodeType === Node.TEXT_NODE) {
        const parent = node.parentElement ?? node.getRootNode().host;
        yield* builder.add(node, /^(pre|break-spaces)/.test(getComputedStyle(parent).whiteSpace));
        yield null;
      } else if (node.nodeType === Node.DOCUMENT_FRAGMENT_NODE) {
        push(node.childNodes, stack);
      } else if (node.nodeType === Node.ELEMENT_NODE) {
        if (node.tagName === "BR") builder.gap("\n");
        else if (isSkipped(node)) builder.gap();
        else yield* enter(node, stack, builder, onShadow);
        yield null;
      }
    }
    yield builder.take();
  }

  /** Put nodes on the stack so that the first of them comes next; there may be too many for one call of `push`. */
  function push(nodes, stack) {
    for (let index = nodes.length - 1; index >= 0; index -= 1) stack.push(nodes[index]);
  }

  function* enter(element, stack, builder, onShadow) {
    const style = getComputedStyle(element);
    if (isHidden(style)) return;
    if (style.display === "table-cell") stack.push(SPACE);
    else if (!isInline(style.display)) {
      yield builder.take();
      stack.push(FLUSH);
    }
    const shadow = shadowOf(element);
    if (shadow) onShadow(shadow);
    const assigned = element.tagName === "SLOT" ? element.assignedNodes() : [];
    let children = shadow ? shadow.childNodes : assigned.length ? assigned : element.childNodes;
    if (element.tagName === "DETAILS" && !element.open) children = [...children].filter((child) => child.nodeName === "SUMMARY");
    push(children, stack);
  }

  /** The block-level element that a node's prose belongs to; null when it is not read. */
  function blockRoot(node) {
    let element = node.nodeType === Node.ELEMENT_NODE ? node : (node.parentElement ?? node.getRootNode().host ?? null);
    while (element) {
      const style = getComputedStyle(element);
      if (!isInline(style.display) && style.display !== "table-cell") break;
      element = parentOf(element);
    }
    return element && element.isConnected && !isInSkipped(element) ? element : null;
  }

  /** Whether an element is drawn; one that leaves that to its contents is as its parent is. */
  function hasBox(element) {
    if (element?.checkVisibility({ visibilityProperty: true })) return true;
    return element !== null && getComputedStyle(element).display === "contents" && hasBox(parentOf(element));
  }

  /** Whether an element is in sight as far as it and what is around it decide that. */
  function isShown(element) {
    if (!element.checkVisibility()) return false;
    for (let at = parentOf(element); at; at = parentOf(at)) if (isHidden(getComputedStyle(at))) return false;
    return true;
  }

  /** The element around a node, across the border of a shadow tree. */
  function parentOf(node) {
    return node.parentElement ?? node.getRootNode().host ?? null;
  }

  /** Whether a node is in another one of a set. */
  function isInside(node, others) {
    for (let at = parentOf(node); at; at = parentOf(at)) if (others.has(at)) return true;
    return false;
  }

  /**
   * Whether a node comes before another one. Chromium looks for the node it asks among the earlier siblings of the other
   * one, and sorting asks mostly about two that are in order already and near each other: asked this way it is quick.
   */
  function isBefore(one, two) {
    const position = two.compareDocumentPosition(one);
    if (!(position & Node.DOCUMENT_POSITION_DISCONNECTED)) return Boolean(position & Node.DOCUMENT_POSITION_PRECEDING);
    const [mine, theirs] = inOneTree(one, two);
    return Boolean(theirs.compareDocumentPosition(mine) & Node.DOCUMENT_POSITION_PRECEDING);
  }

  /** Two nodes of different trees, or the elements whose shadow trees they are in, in a tree that holds both. */
  function inOneTree(one, two) {
    const places = [one];
    for (let at = one.getRootNode().host; at; at = at.getRootNode().host) places.push(at);
    for (let at = two; at; at = at.getRootNode().host) {
      const place = places.find((each) => each.getRootNode() === at.getRootNode());
      if (place) return [place, at];
    }
    return [one, two];
  }

  Object.assign(globalThis.scamlint, { read, shadowOf, blockRoot, isShown, isInside, isBefore });
})();
