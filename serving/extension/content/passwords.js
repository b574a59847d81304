// Is there a password field? A page that has one is never read, wherever in it the field is.

(() => {
  const { isInside, shadowOf } = globalThis.scamlint;

  const FIELD = 'input[type="password" i]';
  // Shadow roots can be attached without a sign, so whole documents are searched for them again, but not at every change.
  const AGAIN_MS = 5_000;

  const shadows = new WeakMap(); // document -> its shadow roots, and when they were searched for

  /** Add the shadow roots in a tree to a set, those in hidden elements too. */
  async function search(tree, roots, pace) {
    const trees = [tree];
    for (const each of trees) { // grows on the way
      if (each.nodeType === Node.ELEMENT_NODE) enter(each, roots, trees);
      for (const element of each.querySelectorAll?.("*") ?? []) {
        enter(element, roots, trees);
        if (pace.isOver) await pace.rest();
      }
    }
  }

  function enter(element, roots, trees) {
    const shadow = element.localName === "scamlint-card" ? null : shadowOf(element);
    if (!shadow || roots.has(shadow)) return;
    roots.add(shadow);
    trees.push(shadow);
  }

  function isSearched(place) {
    return performance.now() - (shadows.get(place)?.at ?? -Infinity) <= AGAIN_MS;
  }

  /** The document of a window or frame; null when it is of another origin: neither looked into nor read. */
  function documentIn(place) {
    try {
      return place.contentDocument ?? place.document ?? null;
    } catch {
      return null;
    }
  }

  /** This document, those around it, and those in a frame of any of them. */
  function* documents() {
    const found = new Set([document]);
    for (let at = window; at !== at.parent; at = at.parent) found.add(documentIn(at.parent));
    found.delete(null);
    for (const place of found) { // grows on the way
      yield place;
      for (const root of rootsOf(place)) {
        for (const frame of root.querySelectorAll("iframe, frame")) {
          const inside = documentIn(frame);
          if (inside) found.add(inside);
        }
      }
    }
  }

  /** A document and the shadow roots that were found in it. */
  function rootsOf(place) {
    return [place, ...(shadows.get(place)?.roots ?? [])].filter((root) => root.isConnected);
  }

  async function look(changed, pace) {
    const nodes = new Set(changed); // the page goes on changing
    if (isSearched(document)) {
      for (const node of nodes) {
        if (node.isConnected && !isInside(node, nodes)) await search(node, shadows.get(document).roots, pace);
        if (pace.isOver) await pace.rest();
      }
    }
    for (const place of documents()) {
      if (isSearched(place)) continue;
      const found = { roots: new Set(), at: performance.now() };
      await search(place, found.roots, pace);
      shadows.set(place, found);
    }
    for (const place of documents()) for (const root of rootsOf(place)) if (root.querySelector(FIELD)) return true;
    return false;
  }

  let last = Promise.resolve();

  /**
   * Whether the page has a password field: this document, those around it, or a frame in any of them. Shadow roots are
   * searched for in slices; then the field is looked for everywhere at one moment. One look comes after the other, so that
   * nobody is told of a page that another look still searches.
   * @param {Set<Node>} changed What may hold new shadow roots since the last time.
   * @param {Pace} pace
   */
  function hasPassword(changed, pace) {
    last = last.catch(() => {}).then(() => look(changed, pace));
    return last;
  }

  Object.assign(globalThis.scamlint, { hasPassword });
})();
