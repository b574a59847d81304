// The main flow in a page: may I read? -> read -> ask -> mark, and again for what changes. Work is done in short slices.

(() => {
  const { read, blockRoot, hasPassword, parentOf, contains, Marks, Card, Asker } = globalThis.scamlint;
  if (globalThis.scamlint.session) return;

  const SLICE_MS = 8;
  const QUIET_MS = 250; // the page has stopped changing for this long
  const LONGEST_WAIT_MS = 1000;
  const CONTEXT = 500; // characters around the words that go with a report, when the user shares them
  const REMEMBERED = 4_000; // blocks whose answers are kept, so that text that comes back is not sent again

  const pause = () => (globalThis.scheduler?.yield ? scheduler.yield() : new Promise((resolve) => setTimeout(resolve, 0)));

  /** Reading one page, from being allowed to until it is stopped. */
  class Session {
    #stop = new AbortController();
    #observer = new MutationObserver((records) => this.#changed(records));
    #shadows = new Set();
    #dirty = new Set();
    #firstChange = 0;
    #timer = 0;
    #reading = false;
    #blocksOf = new WeakMap(); // text node -> its blocks; a long text has several
    #answers = new Map();
    #statusTimer = 0;
    #current = null;

    constructor({ labels, labelsOff }) {
      this.labels = new Map(labels.map((label) => [label.name, label]));
      this.marks = new Marks(() => this.#report());
      this.marks.off = labelsOff;
      this.asker = new Asker({ send, mark: (batch, segments) => this.#mark(batch, segments), changed: () => this.#report() });
      this.card = new Card({
        labels: this.labels,
        marksAt: (x, y) => this.marks.at(x, y, [...this.#shadows]),
        send: (report) => sendFeedback(report),
      });
    }

    start() {
      this.card.listen(this.#stop.signal);
      this.#observe(document.documentElement);
      this.#dirty.add(document.body ?? document.documentElement);
      this.#work();
    }

    /** Stop reading and take every mark away. */
    stop(reason) {
      this.#stop.abort();
      this.#observer.disconnect();
      clearTimeout(this.#timer);
      this.asker.stop();
      this.marks.clear();
      clearTimeout(this.#statusTimer);
      send({ type: "status", state: { count: 0, reason } });
    }

    #observe(root) {
      this.#observer.observe(root, {
        subtree: true, childList: true, characterData: true,
        attributes: true, attributeOldValue: true, attributeFilter: ["hidden", "open", "class", "style"],
      });
    }

    #enterShadow(root) {
      if (this.#shadows.has(root)) return;
      this.#shadows.add(root);
      this.#observe(root);
      styleShadow(root);
    }

    #changed(records) {
      for (const record of records) this.#note(record);
      if (!this.#dirty.size) return;
      const now = performance.now();
      this.#firstChange ||= now;
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.#work(), Math.max(0, Math.min(QUIET_MS, this.#firstChange + LONGEST_WAIT_MS - now)));
    }

    #note({ type, target, addedNodes, removedNodes, attributeName, oldValue }) {
      if (target.nodeName === "SCAMLINT-CARD") return;
      if (type === "attributes") {
        // Only what can show or hide text; animations change styles all the time.
        const shows = /display|visibility|content-visibility/;
        if (attributeName !== "style" || shows.test(oldValue ?? "") || shows.test(target.getAttribute("style") ?? "")) this.#dirty.add(target);
      } else if (type === "characterData") this.#dirty.add(target);
      else {
        const nodes = [...addedNodes];
        const whole = nodes.length && removedNodes.length === 0 && nodes.every((node) => node.nodeType === Node.ELEMENT_NODE);
        if (!whole) this.#dirty.add(target);
        else nodes.filter((node) => node.nodeName !== "SCAMLINT-CARD").forEach((node) => this.#dirty.add(node));
      }
    }

    /** Read what has changed; one reading at a time. */
    async #work() {
      if (this.#reading) return;
      this.#reading = true;
      try {
        while (this.#dirty.size && !this.#stop.signal.aborted) {
          if (hasPassword(this.#dirty)) return finish("password");
          const roots = this.#takeDirty();
          for (const block of [...this.marks.blocks]) if (!block.isCurrent) this.#forget(block);
          for (const root of roots) await this.#readRoot(root);
        }
      } finally {
        this.#reading = false;
      }
      this.#report();
      this.asker.pump();
    }

    /** The outermost block-level elements that hold all changes, in reading order. */
    #takeDirty() {
      const roots = new Set();
      for (const node of this.#dirty) {
        const root = node.isConnected ? blockRoot(node) : null;
        if (root) roots.add(root);
      }
      this.#dirty.clear();
      this.#firstChange = 0;
      const isInside = (root) => {
        for (let at = parentOf(root); at; at = parentOf(at)) if (roots.has(at)) return true;
        return false;
      };
      return [...roots].filter((root) => !isInside(root))
        .sort((a, b) => (a.compareDocumentPosition(b) & Node.DOCUMENT_POSITION_FOLLOWING ? -1 : 1));
    }

    async #readRoot(root) {
      const seen = new Set();
      let deadline = performance.now() + SLICE_MS;
      for (const block of read(root, (shadow) => this.#enterShadow(shadow))) {
        if (block) seen.add(this.#take(block));
        if (performance.now() < deadline) continue;
        this.asker.pump();
        await pause();
        if (this.#stop.signal.aborted) return;
        deadline = performance.now() + SLICE_MS;
      }
      // What was marked here and is not there any more, or is hidden now.
      for (const block of [...this.marks.blocks]) {
        if (!seen.has(block) && contains(root, block.runs[0].node)) this.#forget(block);
      }
    }

    /** A block was read: keep it when it is known, mark it when the answer is known, else ask. */
    #take(block) {
      const nodes = [...block.sources.keys()];
      const old = new Set(nodes.flatMap((node) => [...(this.#blocksOf.get(node) ?? [])].filter((each) => each.overlaps(block))));
      const [known] = old;
      if (old.size === 1 && known.isCurrent && known.equals(block)) return known;
      for (const each of old) this.#forget(each);
      for (const node of nodes) {
        if (!this.#blocksOf.has(node)) this.#blocksOf.set(node, new Set());
        this.#blocksOf.get(node).add(block);
      }
      const answer = this.#answers.get(block.text);
      if (answer) this.marks.set(block, answer);
      else this.asker.add(block);
      return block;
    }

    #forget(block) {
      this.marks.drop(block);
      for (const node of block.sources.keys()) this.#blocksOf.get(node)?.delete(block);
    }

    async #mark(batch, segments) {
      let deadline = performance.now() + SLICE_MS;
      for (const { id, spans } of segments) {
        const block = batch[Number(id)];
        const inside = spans.filter((span) => span.end <= block.text.length);
        this.#remember(block.text, inside);
        // Late answers for text that has changed since are dropped.
        if (block.isCurrent && [...block.sources.keys()].every((node) => this.#blocksOf.get(node)?.has(block))) this.marks.set(block, inside);
        if (performance.now() < deadline) continue;
        await pause();
        if (this.#stop.signal.aborted) return;
        deadline = performance.now() + SLICE_MS;
      }
    }

    #remember(text, spans) {
      this.#answers.set(text, spans);
      if (this.#answers.size > REMEMBERED) this.#answers.delete(this.#answers.keys().next().value);
    }

    /** Tell the badge, at most ten times a second. */
    #report() {
      this.#statusTimer ||= setTimeout(() => {
        this.#statusTimer = 0;
        if (this.#stop.signal.aborted) return;
        send({ type: "status", state: { count: this.marks.shown.length, reason: null, sentence: this.asker.sentence } });
      }, 100);
    }

    /** The marks for the popup. */
    list() {
      return this.marks.shown.map((mark, index) => ({ index, label: mark.label, score: mark.score, words: mark.words.slice(0, 200) }));
    }

    /** Scroll to a mark and explain it. */
    go(index) {
      const marks = this.marks.shown;
      const mark = marks[index];
      if (!mark) return;
      this.#current = mark;
      const start = mark.range.startContainer.parentElement;
      start?.scrollIntoView({ block: "center", behavior: "instant" });
      const { top, bottom } = mark.rect;
      if (top < 80 || bottom > innerHeight - 80) scrollBy({ top: top - innerHeight / 2, behavior: "instant" });
      requestAnimationFrame(() => requestAnimationFrame(
        () => this.card.show([mark], { focus: true, position: `Mark ${index + 1} of ${marks.length}` })));
    }

    /** Go to the next mark, or with -1 to the one before. */
    step(by) {
      const marks = this.marks.shown;
      if (!marks.length) return;
      const here = marks.indexOf(this.#current);
      const first = by > 0 ? marks.findIndex((mark) => mark.rect.top > 0) : marks.findLastIndex((mark) => mark.rect.bottom < innerHeight);
      const index = here >= 0 ? here + by : Math.max(first, 0);
      this.go((index + marks.length) % marks.length);
    }
  }

  /** The rules for the marks do not reach into shadow trees by themselves. */
  function styleShadow(root) {
    try {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(globalThis.scamlint.highlightRules());
      root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
    } catch {
      // Older browsers inherit the marks' styles or show none here; reading goes on.
    }
  }

  globalThis.scamlint.highlightRules = () => [...(session?.labels.values() ?? [])].map(
    ({ name, colour }) => `::highlight(scamlint-${name}) { background-color: ${colour}38; text-decoration: underline 2px ${colour}; }`).join("\n");

  async function send(message) {
    try {
      return await chrome.runtime.sendMessage(message);
    } catch {
      return null; // the extension was updated or switched off; this page gets the new one when it is loaded again
    }
  }

  async function sendFeedback({ mark, right, share }) {
    const { block, start, end, label, score } = mark;
    const report = { kind: right ? "wrong_label" : "wrong_flag", text: mark.words.toWellFormed(), label, score, store_text: share };
    if (right) report.expected_label = right;
    if (share) {
      report.before = block.text.slice(Math.max(0, start - CONTEXT), start).toWellFormed();
      report.after = block.text.slice(end, end + CONTEXT).toWellFormed();
    }
    const answer = await send({ type: "feedback", report });
    return answer?.done ? null : (answer?.problem?.sentence ?? "The report could not be sent.");
  }

  let session = null;
  let since = performance.timeOrigin; // when the page came to the screen

  function finish(reason) {
    session?.stop(reason);
    session = null;
    globalThis.scamlint.session = "idle";
  }

  async function begin() {
    const answer = await send({ type: "hello", since });
    if (!answer?.run) {
      finish(answer?.reason ?? null);
    } else if (session) {
      session.marks.off = answer.labelsOff;
      session.asker.resume();
    } else {
      session = new Session(answer);
      globalThis.scamlint.session = "reading";
      session.start();
    }
  }

  // A page that comes back from the browser's cache greets again. Its frames may do so a little before it.
  addEventListener("pageshow", ({ persisted }) => {
    if (!persisted) return;
    since = Date.now() - (window === top ? 100 : 0);
    begin();
  });

  chrome.runtime.onMessage.addListener((message, sender, respond) => {
    if (message?.type === "settings") begin();
    else if (message?.type === "list") return respond(session?.list() ?? []);
    else if (message?.type === "go") session?.go(message.index);
    else if (message?.type === "step") session?.step(message.by);
    respond(true);
    return undefined;
  });

  globalThis.scamlint.session = "idle";
  begin();
})();
