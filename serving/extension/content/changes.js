// What has changed on the page since it was read, gathered until the page is quiet.

(() => {
  const { blockRoot, isBefore, isInside } = globalThis.scamlint;

  const QUIET_MS = 250; // the page has stopped changing for this long
  const FIRST_QUIET_MS = 50; // the same before its first text was asked about
  const LONGEST_WAIT_MS = 1000;

  class Changes {
    #observer = new MutationObserver((records) => this.#changed(records));
    #dirty = new Set();
    #firstChange = 0;
    #timer = 0;
    #isOurs;
    #hasBegun;
    #work;

    /**
     * @param isOurs says whether this world still reads the page
     * @param hasBegun says whether any text was asked about yet
     * @param work is called when there is something to read
     */
    constructor({ isOurs, hasBegun, work }) {
      this.#isOurs = isOurs;
      this.#hasBegun = hasBegun;
      this.#work = work;
    }

    /** Watch a document or a shadow tree. */
    observe(root) {
      this.#observer.observe(root, {
        subtree: true, childList: true, characterData: true,
        attributes: true, attributeOldValue: true, attributeFilter: ["hidden", "open", "class", "style", "type"],
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
      if (!this.#dirty.size) return;
      const now = performance.now();
      this.#firstChange ||= now;
      clearTimeout(this.#timer);
      const quiet = this.#hasBegun() ? QUIET_MS : FIRST_QUIET_MS;
      this.#timer = setTimeout(() => this.#work(), Math.max(0, Math.min(quiet, this.#firstChange + LONGEST_WAIT_MS - now)));
    }

    #note({ type, target, addedNodes, removedNodes, attributeName, oldValue }) {
      if (target.nodeName === "SCAMLINT-CARD") return;
      if (type === "attributes") {
        // Only what can show or hide text; animations change styles all the time.
        const shows = /display|visibility|clip/;
        if (attributeName !== "style" || shows.test(oldValue ?? "") || shows.test(target.getAttribute("style") ?? "")) this.add(target);
      } else if (type === "characterData") this.add(target);
      else {
        const nodes = [...addedNodes];
        const whole = nodes.length && removedNodes.length === 0 && nodes.every((node) => node.nodeType === Node.ELEMENT_NODE);
        if (!whole) this.add(target);
        else nodes.filter((node) => node.nodeName !== "SCAMLINT-CARD").forEach((node) => this.add(node));
      }
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
