// Asking the server about blocks of text: a few requests at a time, and again after trouble.

(() => {
  const FIRST_BATCH = 2_000; // characters: the first answer comes soon
  const BATCH = 8_000; // marks come in reading order, a stretch at a time; the server reads such a text with both cores
  const SMALLEST_BATCH = 1_500;
  const BATCH_BLOCKS = 400;
  const LONGEST_WAIT_MS = 1000; // for the rest of a text that is still being read
  const IN_FLIGHT = 2;
  const SWEPT = 200;
  const LOST = { sentence: "scamlint lost its connection to the browser and tries again; if that lasts, reload the page.", retryAfter: 2 };

  /** A queue of blocks that wait for an answer. */
  class Asker {
    #send;
    #mark;
    #drop;
    #mayAsk;
    #changed;
    #queue = [];
    #unreadSince = 0; // when text began to wait for the rest of what is being read
    #inFlight = 0;
    #sent = 0;
    #limit = BATCH; // less when the server takes less
    #trouble = null; // holds up the queue
    #refused = null; // a sentence about text that the server did not take
    #trying = false;
    #pumping = false;
    #crowd = SWEPT; // at so many blocks, the queue is looked through for those that have gone
    #retryTimer = 0;
    #stopped = false;

    /**
     * @param send takes a message for the service worker, gives its answer or null
     * @param mark takes the blocks of a request and their answer
     * @param drop takes a block that is not asked about, because it has changed, has gone or is out of sight
     * @param mayAsk finds out whether the page may still be read
     * @param changed is called when there is another sentence for the user, or nothing to wait for any more
     */
    constructor({ send, mark, drop, mayAsk, changed }) {
      this.#send = send;
      this.#mark = mark;
      this.#drop = drop;
      this.#mayAsk = mayAsk;
      this.#changed = changed;
    }

    /** What the user should know, or null. */
    get sentence() {
      return this.#trouble ?? this.#refused;
    }

    /** Whether text waits for an answer. */
    get waits() {
      return this.#queue.length > 0 || this.#inFlight > 0;
    }

    /** Whether anything was asked yet. */
    get hasBegun() {
      return this.#sent > 0;
    }

    /** Let a block wait until there is enough for a request, or until all is read. */
    add(block) {
      this.#queue.push(block);
      this.#unreadSince ||= performance.now();
      if (this.#queue.length < this.#crowd) return;
      // In trouble nothing drains the queue; what the page has taken away since must not stay in memory for it.
      for (const each of this.#queue) if (!each.isCurrent) this.#drop(each);
      this.#queue = this.#queue.filter((each) => each.isCurrent);
      this.#crowd = Math.max(SWEPT, 2 * this.#queue.length);
    }

    /** No more text comes for now: what waits is not held back for it. */
    allRead() {
      this.#unreadSince = 0;
      this.pump();
    }

    stop() {
      this.#stopped = true;
      this.#queue = [];
      clearTimeout(this.#retryTimer);
    }

    /** Send what is waiting. */
    async pump() {
      if (this.#pumping || !this.#queue.length) return;
      this.#pumping = true;
      try {
        while (this.#hasEnough && this.#inFlight < IN_FLIGHT && (!this.#trouble || this.#trying)) {
          if (!(await this.#mayAsk()) || this.#stopped) return;
          const batch = this.#take(this.#size);
          if (!batch.length) continue;
          this.#trying = false; // in trouble, one request tries the water
          this.#ask(batch);
        }
      } finally {
        this.#pumping = false;
        if (!this.waits) this.#changed(); // all that waited has gone from the page
      }
    }

    /** Ask again after trouble. */
    resume() {
      clearTimeout(this.#retryTimer);
      if (this.#stopped || !this.#trouble) return;
      this.#trying = true;
      this.pump();
    }

    /** Characters of the next request. */
    get #size() {
      return Math.min(this.#limit, this.#sent ? BATCH : FIRST_BATCH);
    }

    /**
     * Whether a request can go: a full one, or the last one of what was read. The model reads a request as one text, so
     * what is marked must not hang on where the reader happened to pause; only text that is read very slowly goes earlier.
     */
    get #hasEnough() {
      if (!this.#unreadSince || performance.now() - this.#unreadSince > LONGEST_WAIT_MS) return this.#queue.length > 0;
      if (this.#queue.length >= BATCH_BLOCKS) return true;
      let size = 0;
      return this.#queue.some(({ text }) => (size += text.length + 1) > this.#size);
    }

    /** Blocks for one request, from the front of the queue; what has changed or gone since is left out. */
    #take(limit) {
      const batch = [];
      let size = 0;
      while (this.#queue.length && batch.length < BATCH_BLOCKS && (!batch.length || size + this.#queue[0].text.length < limit)) {
        const block = this.#queue.shift();
        if (!block.isCurrent || !block.isShown) {
          this.#drop(block);
          continue;
        }
        batch.push(block);
        size += block.text.length + 1; // and its line break
      }
      this.#unreadSince &&= performance.now();
      return batch;
    }

    async #ask(batch) {
      this.#inFlight += 1;
      this.#sent += 1;
      // Each block ends with a line break, so that the server reads it as a paragraph.
      const segments = batch.map((block, index) => ({ id: String(index), text: `${block.text.toWellFormed()}\n` }));
      const answer = await this.#send({ type: "scan", segments });
      this.#inFlight -= 1;
      if (this.#stopped || answer?.stopped) return;
      if (answer?.segments) {
        this.#say(null);
        await this.#mark(batch, answer.segments);
      } else this.#retry(batch, answer?.problem ?? LOST);
      if (this.waits) this.pump();
      else this.#changed();
    }

    /** Keep what could not be asked for later, unless the server refuses this very text. */
    #retry(batch, { sentence, retryAfter, hold, tooLarge, tooSlow }) {
      if (tooLarge || tooSlow) {
        const half = batch.reduce((sum, block) => sum + block.text.length, 0) / 2;
        this.#limit = Math.min(this.#limit, tooSlow ? Math.max(half, SMALLEST_BATCH) : half);
      }
      if (!retryAfter && !hold) {
        this.#trouble = null; // it answers
        if (tooLarge && batch.length > 1) {
          this.#queue.unshift(...batch);
        } else this.#refused = sentence;
        this.#changed();
        return;
      }
      this.#queue.unshift(...batch);
      this.#say(sentence);
      clearTimeout(this.#retryTimer);
      if (retryAfter) this.#retryTimer = setTimeout(() => this.resume(), retryAfter * 1000);
    }

    #say(sentence) {
      if (this.#trouble === sentence) return;
      this.#trouble = sentence;
      this.#changed();
    }
  }

  globalThis.scamlint.Asker = Asker;
})();
