// What has changed on the page since it was read, gathered until the page is quiet.

(() => {
  const { blockRoot, isBefore, isInside } = globalThis.scamlint;

  const QUIET_MS = 250; // the page has stopped changing for this long
  const FIRST_QUIET_MS = 50; // the same before its first text was asked about
  const LONGEST_WAIT_MS = 1000;
  // What pages show and hide text with. The rule for a state is often about what stands beside the element that has it.
  const STATES = ["aria-hidden", "aria-expanded", "aria-selected", "data-state", "data-active", "data-open"];
  const SHOWING = ["display", "visibility", "content-visibility", "clip", "clip-path", "position"];
  const scratch = document.createElementNS("http://www.w3.org/1999/xhtml", "i");

  const isCard = (node) => node.nodeName === "SCAMLINT-CARD";

  /** Whether two style attributes differ in what can show or hide text; animations change styles all the time. */
  function differ(...styles) {
    if (!styles.some((style) => /display|visibility|clip/i.test(style))) return false;
    const [before, after] = styles.map((style) => {
      scratch.style.cssText = style;
      return SHOWING.map((name) => scratch.style.getPropertyValue(name)).join();
    });
    return before !== after;
  }

  class Changes {
    #observer = new MutationObserver((records) => this.#changed(records));
    #dirty = new Set();
    #firstChange = 0;
    #timer = 0;
    #isOurs;
    #hasBegun;
    #work;
    #replaced;
    #look = ({ target }) => {
      if (isCard(target) || !this.#isOurs()) return;
      this.add(document.body ?? document);
      this.#plan();
    };

    /**
     * @param isOurs says whether this world still reads the page
     * @param hasBegun says whether any text was asked about yet
     * @param work is called when there is something to read
     * @param replaced is called when the page was written anew; its listeners may be gone then
     */
    constructor({ isOurs, hasBegun, work, replaced }) {
      this.#isOurs = isOurs;
      this.#hasBegun = hasBegun;
      this.#work = work;
      this.#replaced = replaced;
    }

    /** Listen for what shows text without a change of an element: popovers, boxes that are ticked, targets of links. */
    listen(signal) {
      for (const type of ["toggle", "change"]) document.addEventListener(type, this.#look, { passive: true, signal, capture: true });
      addEventListener("hashchange", this.#look, { passive: true, signal });
    }

    /** Watch a document or a shadow tree. */
    observe(root) {
      this.#observer.observe(root, {
        subtree: true, childList: true, characterData: true,
        attributes: true, attributeOldValue: true, attributeFilter: ["hidden", "open", "class", "style", "type", ...STATES],
      });
    }

    stop() {
      this.#observer.disconnect();
      clearTimeout(this.#timer);
    }

    /** The nodes that changed. */
    get nodes() {
      return this.#dirty;
    }

    add(node) {
      this.#dirty.add(node);
    }

    #changed(records) {
      if (!this.#isOurs()) return;
      for (const record of records) this.#note(record);
      if (this.#dirty.size) this.#plan();
    }

    #plan() {
      const now = performance.now();
      this.#firstChange ||= now;
      clearTimeout(this.#timer);
      const quiet = this.#hasBegun() ? QUIET_MS : FIRST_QUIET_MS;
      this.#timer = setTimeout(() => this.#work(), Math.max(0, Math.min(quiet, this.#firstChange + LONGEST_WAIT_MS - now)));
    }

    #note({ type, target, addedNodes, removedNodes, attributeName, oldValue }) {
      if (isCard(target)) return;
      if (type === "characterData") this.add(target);
      else if (type === "childList") this.#noteChildren(target, [...addedNodes], [...removedNodes]);
      else if (STATES.includes(attributeName)) this.add(target.parentElement ?? target.getRootNode().host ?? target);
      else if (attributeName !== "style" || differ(oldValue ?? "", target.getAttribute("style") ?? "")) this.add(target);
    }

    #noteChildren(target, added, removed) {
      if ([...added, ...removed].every(isCard)) return; // it moves into dialogs and out of them
      const isRoot = target === document;
      const whole = added.length && removed.length === 0 && added.every((node) => node.nodeType === Node.ELEMENT_NODE);
      if (!whole) this.add(target);
      if (whole || isRoot) added.filter((node) => !isCard(node)).forEach((node) => this.add(node));
      if (isRoot) this.#replaced();
    }

    /** Take the nodes that changed. */
    take() {
      const nodes = this.#dirty;
      this.#dirty = new Set();
      this.#firstChange = 0;
      return nodes;
    }
  }

  /** The outermost block-level elements that hold all of some nodes, in reading order. */
  async function blockRoots(nodes, pace) {
    const roots = new Set();
    for (const node of nodes) {
      const root = node.isConnected ? blockRoot(node) : null;
      if (root) roots.add(root);
      if (pace.isOver) await pace.rest();
    }
    const outermost = [];
    for (const root of roots) {
      if (!isInside(root, roots)) outermost.push(root);
      if (pace.isOver) await pace.rest();
    }
    return outermost.sort((a, b) => (isBefore(a, b) ? -1 : 1));
  }

  Object.assign(globalThis.scamlint, { Changes, blockRoots });
})();
