// Work in short slices, so that the page scrolls, types and runs its own scripts in between.

(() => {
  const SLICE_MS = 8;

  /** The slices of one piece of work. All loops of it share one, so that many small loops do not make one long task. */
  class Pace {
    #end = performance.now() + SLICE_MS;

    get isOver() {
      return performance.now() >= this.#end;
    }

    /** Let the page work. */
    async rest() {
      // A task behind those that wait already. `scheduler.yield` would go on before the page's own timers and messages.
      await (globalThis.scheduler?.postTask ? scheduler.postTask(() => {}) : new Promise((resolve) => setTimeout(resolve, 0)));
      this.#end = performance.now() + SLICE_MS;
    }
  }

  globalThis.scamlint.Pace = Pace;
})();
