// The card that explains a mark, in a closed shadow root. It is made when it is first needed.

(() => {
  const SHOW_MS = 140;
  const HIDE_MS = 260;
  const MOVE_MS = 50;

  const el = (tag, props = {}, ...children) => {
    const node = Object.assign(document.createElement(tag), props);
    node.append(...children);
    return node;
  };

  /** What the card has to be in to be of use beside a node: everything outside a modal dialog is inert. */
  function homeOf(node) {
    for (let at = node; at; at = at.assignedSlot ?? at.parentNode ?? at.host) {
      if (at.nodeName === "DIALOG" && at.matches(":modal")) return at;
    }
    return document.documentElement;
  }

  /** Whether a node is in another one, in a shadow tree perhaps. */
  function holds(outer, node) {
    for (let at = node; at; at = at.getRootNode().host) if (outer.contains(at)) return true;
    return false;
  }

  class Card {
    #host = null;
    #box = null;
    #shown = [];
    #timer = 0;
    #held = false;
    #before = null;
    #moved = 0;
    #movedLast = 0;
    #options;
    #handlers = {
      pointermove: (event) => this.#move(event),
      scroll: (event) => this.#scrolled(event.target),
      pointerdown: (event) => this.#isUnder(event) || this.hide(),
      keydown: (event) => this.#key(event),
    };
    #end = () => {
      clearTimeout(this.#movedLast);
      this.hide();
      this.#host?.remove();
      this.#host = null;
    };

    /**
     * @param {{labels: Map<string, object>, marksAt: (x: number, y: number) => object[],
     *   send: (report: object) => Promise<string | null>}} options `send` gives a sentence when the report failed.
     */
    constructor(options) {
      this.#options = options;
    }

    /** Listen to the window. What still listens is not added twice, so this may be called again for a page that was written anew. */
    listen(signal) {
      for (const [type, handler] of Object.entries(this.#handlers)) {
        addEventListener(type, handler, { passive: type !== "keydown", signal, capture: true });
      }
      signal.addEventListener("abort", this.#end);
    }

    /** Whether an event is the card's; in the shadow tree of a dialog its target is not the card itself. */
    #isUnder(event) {
      return event.composedPath().includes(this.#host);
    }

    get #hasFocus() {
      return Boolean(this.#box?.getRootNode().activeElement);
    }

    #key(event) {
      if (event.key !== "Escape" || !this.#shown.length || !this.#host.checkVisibility()) return;
      event.stopPropagation();
      event.preventDefault(); // or it closes the dialog too that the card is in
      this.hide();
    }

    /** The card goes when its mark moves away from it; while somebody works in it, it goes along. */
    #scrolled(scroller) {
      const range = this.#shown[0]?.range;
      if (!range || !holds(scroller, range.startContainer)) return;
      const { top, bottom, left, right } = range.getBoundingClientRect();
      const isInWindow = bottom > 0 && top < innerHeight && right > 0 && left < innerWidth;
      if (isInWindow && (this.#held || this.#hasFocus)) this.#place(range);
      else this.hide();
    }

    /** Look at where the pointer is, every 50 ms while it moves, and where it came to rest. */
    #move(event) {
      const { pointerType, timeStamp, buttons, clientX, clientY } = event;
      if (pointerType === "touch") return;
      clearTimeout(this.#movedLast);
      const isOnCard = this.#isUnder(event);
      const look = () => this.#look(isOnCard, buttons, clientX, clientY);
      const wait = this.#moved + MOVE_MS - timeStamp;
      if (wait > 0) this.#movedLast = setTimeout(look, wait);
      else look();
    }

    #look(isOnCard, buttons, x, y) {
      this.#moved = performance.now();
      if (isOnCard) return clearTimeout(this.#timer);
      const marks = buttons ? [] : this.#options.marksAt(x, y);
      if (marks.length && marks[0] !== this.#shown[0]) this.#later(() => this.show(marks), SHOW_MS);
      else if (marks.length) clearTimeout(this.#timer);
      else if (this.#shown.length && !this.#held) this.#later(() => this.hide(), HIDE_MS);
      else if (!this.#shown.length) clearTimeout(this.#timer);
    }

    #later(action, delay) {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(action, delay);
    }

    /** Show the card beside marks. With `focus` it takes the keyboard until it is closed. */
    show(marks, { focus = false, position = "" } = {}) {
      clearTimeout(this.#timer);
      this.#make();
      this.#shown = marks;
      this.#held = focus;
      const bar = el("div", { className: "bar" }, el("span", {}, position || "scamlint marks language, not people"),
        el("button", { type: "button", onclick: () => this.hide() }, "Close"));
      this.#box.replaceChildren(...marks.map((mark) => this.#section(mark)), bar);
      this.#box.setAttribute("aria-label", `${marks.map((mark) => this.#title(mark)).join(", ")}: ${marks[0].words}`);
      const home = homeOf(marks[0].range.startContainer);
      if (this.#host.parentNode !== home) home.append(this.#host);
      this.#host.showPopover();
      this.#place(marks[0].range);
      if (focus) {
        this.#before ??= document.activeElement;
        this.#box.focus({ preventScroll: true });
      }
    }

    hide() {
      clearTimeout(this.#timer);
      if (!this.#shown.length) return;
      const hadFocus = this.#hasFocus;
      this.#shown = [];
      this.#held = false;
      if (hadFocus) {
        this.#box.getRootNode().activeElement?.blur();
        this.#before?.focus?.({ preventScroll: true });
      }
      this.#host.hidePopover();
      if (this.#host.parentNode !== document.documentElement) this.#host.remove(); // a dialog stays as the page made it
      this.#before = null;
    }

    #title(mark) {
      return this.#options.labels.get(mark.label)?.title ?? mark.label;
    }

    #make() {
      if (this.#host) return;
      this.#host = document.createElement("scamlint-card");
      this.#host.popover = "manual";
      const shadow = this.#host.attachShadow({ mode: "closed" });
      try {
        const sheet = new CSSStyleSheet();
        sheet.replaceSync(globalThis.scamlint.cardStyle);
        shadow.adoptedStyleSheets = [sheet];
      } catch {
        shadow.append(el("style", {}, globalThis.scamlint.cardStyle));
      }
      this.#box = el("div", { className: "card", tabIndex: -1 });
      this.#box.setAttribute("role", "dialog");
      shadow.append(this.#box);
    }

    #place(range) {
      const words = [...range.getClientRects()];
      const first = words[0] ?? range.getBoundingClientRect();
      const last = words.at(-1) ?? first;
      const { width, height } = this.#box.getBoundingClientRect();
      const left = Math.min(Math.max(first.left, 12), Math.max(12, innerWidth - width - 12));
      const below = last.bottom + 8;
      const top = below + height <= innerHeight - 8 || first.top < height + 16 ? below : first.top - height - 8;
      this.#host.style.left = `${left}px`;
      this.#host.style.top = `${Math.max(8, Math.min(top, innerHeight - height - 8))}px`;
    }

    #section(mark) {
      const label = this.#options.labels.get(mark.label) ?? { title: mark.label, explanation: "" };
      const heading = el("h2", {}, el("span", {}, label.title),
        el("span", { className: "score", title: "Estimated probability that the words carry this pattern" }, `${Math.round(mark.score * 100)} % sure`));
      const section = el("section", {}, heading, el("p", {}, label.explanation));
      section.style.setProperty("--c", `light-dark(${label.colour}, ${label.dark})`);
      if (label.url) {
        section.append(el("p", { className: "source" }, label.source, " ",
          el("a", { href: label.url, target: "_blank", rel: "noopener noreferrer" }, "Read the regulators’ advice")));
      }
      section.append(this.#feedback(mark));
      return section;
    }

    #feedback(mark) {
      const kind = el("select", {}, el("option", { value: "wrong_flag" }, "These words are fine here"));
      for (const label of this.#options.labels.values()) {
        if (label.name !== mark.label) kind.append(el("option", { value: label.name }, `It is: ${label.title}`));
      }
      kind.setAttribute("aria-label", "What is wrong");
      const share = el("input", { type: "checkbox" });
      const note = el("p", { className: "fine" });
      note.setAttribute("role", "status");
      const form = el("form", {}, kind, el("label", {}, share, el("span", {}, "Store these words with the report")), el("button", { type: "submit" }, "Send"));
      const details = el("details", {}, el("summary", {}, "Was this wrong?"), form, note);
      details.addEventListener("toggle", () => { if (details.open) this.#held = true; });
      form.addEventListener("submit", async (event) => {
        event.preventDefault();
        const failure = await this.#options.send({ mark, right: kind.value === "wrong_flag" ? null : kind.value, share: share.checked });
        note.textContent = failure ?? "Thank you. The report is on your server.";
        if (failure) return;
        // What has the keyboard must not vanish under it: the way out of the card would be lost.
        if (form.contains(form.getRootNode().activeElement)) details.firstChild.focus({ preventScroll: true });
        form.remove();
      });
      return details;
    }
  }

  Object.assign(globalThis.scamlint, { Card });
})();
