// The main flow in a page: may I read? -> read -> ask -> mark, and again for what changes. Work is done in short slices.

(() => {
  const { read, isShown, isInside, hasPassword, Pace, Changes, blockRoots, Marks, Card, Asker, isAlive, send, sendFeedback } = globalThis.scamlint;
  if (globalThis.scamlint.session) return;

  const UNREAD = "scamlint could not read all of this page; reload it to try again.";
  const REMEMBERED = 4_000; // blocks whose answers are kept, so that text that comes back is not sent again

  /** Reading one page, from being allowed to until it is stopped. */
  class Session {
    #stop = new AbortController();
    #changes = new Changes({ isOurs: () => this.#isOurs(), hasBegun: () => this.asker.hasBegun, work: () => this.#work(),
      replaced: () => this.#listen() });
    #shadows = new Set(); // those on the page
    #entered = new WeakSet(); // all that were ever watched and styled; one that comes back still is
    #failed = new WeakSet(); // what could not be read once
    #reading = false;
    #blocksOf = new WeakMap(); // text node -> its blocks; a long text has several
    #answers = new Map();
    #statusTimer = 0;
    #current = null;
    #wentAt = 0; // when the user went to it
    #trouble = null; // a sentence about a page that could not be read

    constructor({ labels, labelsOff }) {
      this.labels = new Map(labels.map((label) => [label.name, label]));
      this.marks = new Marks(() => this.#report());
      this.marks.off = labelsOff;
      this.asker = new Asker({
        send,
        mark: (batch, segments) => this.#mark(batch, segments),
        drop: (block) => this.#forget(block),
        mayAsk: () => this.#mayRead(),
        changed: () => this.#report(),
      });
      this.card = new Card({
        labels: this.labels,
        marksAt: (x, y) => (this.#isOurs() ? this.marks.at(x, y, [...this.#shadows]) : []),
        send: (report) => sendFeedback(report),
      });
    }

    start() {
      for (const name of this.labels.keys()) CSS.highlights.delete(`scamlint-${name}`); // of an extension before an update
      this.#listen();
      this.#changes.observe(document);
      this.#changes.add(document.body ?? document.documentElement ?? document);
      this.#work();
    }

    #listen() {
      this.card.listen(this.#stop.signal);
      this.#changes.listen(this.#stop.signal);
    }

    /** Stop reading; the marks stay. */
    #leave() {
      this.#stop.abort();
      this.#changes.stop();
      this.asker.stop();
      clearTimeout(this.#statusTimer);
    }

    /** Whether this world is still the extension's; after an update another one reads the page. */
    #isOurs() {
      if (!isAlive()) this.#leave();
      return isAlive();
    }

    /** Whether the page may still be read; a password field may have come since it was looked for. */
    async #mayRead() {
      try {
        if (!(await hasPassword(this.#changes.nodes, new Pace()))) return true;
        finish("password");
      } catch {
        this.#trouble = UNREAD;
        this.#report();
      }
      return false;
    }

    /** Stop reading and take every mark away. */
    stop(reason) {
      this.#leave();
      this.marks.clear();
      send({ type: "status", state: { count: 0, reason } });
    }

    #enterShadow(root) {
      if (this.#shadows.has(root)) return;
      this.#shadows.add(root);
      if (this.#entered.has(root)) return;
      this.#entered.add(root);
      this.#changes.observe(root);
      styleShadow(root);
    }

    /** Read what has changed; one reading at a time. */
    async #work() {
      if (this.#reading) return;
      this.#reading = true;
      try {
        while (this.#changes.nodes.size && !this.#stop.signal.aborted) await this.#readChanges(new Pace());
      } catch {
        this.#trouble = UNREAD;
      } finally {
        this.#reading = false;
      }
      this.#report();
      this.asker.allRead();
    }

    async #readChanges(pace) {
      const nodes = this.#changes.take();
      if (await hasPassword(nodes, pace)) return finish("password");
      await this.#forgetMarked((block) => !block.isCurrent, pace);
      for (const root of this.#shadows) if (!root.isConnected) this.#shadows.delete(root);
      const seen = new Set(); // the blocks that are there
      const done = new Set(); // the elements that were read to their end
      for (const root of await blockRoots(nodes, pace)) {
        if (this.#stop.signal.aborted) return;
        await this.#readRoot(root, seen, pace).then(() => done.add(root), () => this.#again(root));
      }
      // What was marked in them and is not there any more, or is hidden now.
      await this.#forgetMarked((block) => !seen.has(block) && isInside(block.runs[0].node, done), pace);
    }

    /** Forget the marked blocks of which something holds. */
    async #forgetMarked(holds, pace) {
      for (const block of [...this.marks.blocks]) {
        if (pace.isOver) await pace.rest();
        if (this.#stop.signal.aborted) return;
        if (holds(block)) this.#forget(block);
      }
    }

    /** What could not be read, because the page changed under the reader's hands, is read once more. */
    #again(root) {
      if (!root.isConnected || this.#failed.has(root)) return;
      this.#failed.add(root);
      this.#changes.add(root);
    }

    async #readRoot(root, seen, pace) {
      for (const block of isShown(root) ? read(root, (shadow) => this.#enterShadow(shadow)) : []) {
        if (block) seen.add(this.#take(block));
        if (!pace.isOver) continue;
        this.asker.pump();
        await pace.rest();
        if (this.#stop.signal.aborted) return;
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
      const pace = new Pace();
      for (const { id, spans } of segments) {
        const block = batch[Number(id)];
        const inside = spans.filter((span) => span.end <= block.text.length);
        this.#remember(block.text, inside);
        // Late answers for text that has changed since are dropped.
        const isKnown = [...block.sources.keys()].every((node) => this.#blocksOf.get(node)?.has(block));
        if (!block.isShown) this.#forget(block);
        else if (block.isCurrent && isKnown) this.marks.set(block, inside);
        if (!pace.isOver) continue;
        await pace.rest();
        if (this.#stop.signal.aborted) return;
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
        send({ type: "status", state: { count: this.marks.count, reason: null, sentence: this.asker.sentence ?? this.#trouble, waits: this.asker.waits || this.#trouble !== null } });
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
      this.#wentAt = Date.now();
      const start = mark.range.startContainer.parentElement;
      start?.scrollIntoView({ block: "center", behavior: "instant" });
      const { top, bottom } = mark.rect;
      if (top < 80 || bottom > innerHeight - 80) scrollBy({ top: top - innerHeight / 2, behavior: "instant" });
      requestAnimationFrame(() => requestAnimationFrame(
        () => this.card.show([mark], { focus: true, position: `Mark ${index + 1} of ${marks.length}` })));
    }

    /** Where the user is among the marks of this frame, for going on in another one. */
    get place() {
      const marks = this.marks.shown;
      return { count: marks.length, index: marks.indexOf(this.#current), wentAt: this.#wentAt };
    }

    /** Go to the next mark of this frame, or with -1 to the one before. */
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

  let session = null;
  // When the page came to the screen: at its beginning, or after it had been fetched in advance.
  let since = performance.timeOrigin + (performance.getEntriesByType("navigation")[0]?.activationStart ?? 0);

  function finish(reason) {
    session?.stop(reason);
    session = null;
    globalThis.scamlint.session = "idle";
  }

  async function begin() {
    if (document.prerendering) return; // the tab shows another page, and perhaps the user never comes to this one
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

  /** A page that was there already comes to the screen and greets. Its frames may do so a little before it. */
  function appear() {
    since = Date.now() - (window === top ? 100 : 0);
    begin();
  }

  document.addEventListener("prerenderingchange", appear, { once: true });
  addEventListener("pageshow", ({ persisted }) => persisted && appear()); // it comes from the browser's cache

  // A frame that is taken away must not count in the badge for ever. A page says what it has when it greets.
  if (window !== top) addEventListener("pagehide", () => isAlive() && send({ type: "gone", since }));

  chrome.runtime.onMessage.addListener((message, sender, respond) => {
    if (message?.type === "settings") begin();
    else if (message?.type === "list") return respond(session?.list() ?? []);
    else if (message?.type === "place") return respond(session?.place ?? null);
    else if (message?.type === "hide") session?.card.hide();
    else if (message?.type === "go") session?.go(message.index);
    else if (message?.type === "step") session?.step(message.by);
    respond(true);
    return undefined;
  });

  globalThis.scamlint.session = "idle";
  begin();
})();
