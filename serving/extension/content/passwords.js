// Is there a password field? A page that has one is never read, wherever in it the field is.

(() => {
  const { parentOf, shadowOf } = globalThis.scamlint;

  const FIELD = 'input[type="password" i]';
  // Shadow roots can be attached without a sign, so whole documents are searched for them again, but not at every change.
  const AGAIN_MS = 5_000;

  const shadows = new WeakMap(); // document -> its shadow roots, and when they were searched for

  /** Add the shadow roots in a tree to a set, those in hidden elements too. */
  function search(tree, roots) {
    if (tree.nodeType === Node.ELEMENT_NODE) enter(tree, roots);
    for (const element of tree.querySelectorAll?.("*") ?? []) enter(element, roots);
  }

  function enter(element, roots) {
    const shadow = element.localName === "scamlint-card" ? null : shadowOf(element);
    if (!shadow || roots.has(shadow)) return;
    roots.add(shadow);
    search(shadow, roots);
  }

  function shadowsOf(place) {
    let known = shadows.get(place);
    if (!known || performance.now() - known.at > AGAIN_MS) {
      known = { roots: new Set(), at: performance.now() };
      search(place, known.roots);
      shadows.set(place, known);
    }
    return known.roots;
  }

  /** Whether a node is in another one of a set. */
  function isInside(node, others) {
    for (let at = parentOf(node); at; at = parentOf(at)) if (others.has(at)) return true;
    return false;
  }

  /** The document of a window or frame; null when it is of another origin: neither looked into nor read. */
  function documentIn(place) {
    try {
      return place.contentDocument ?? place.document ?? null;
    } catch {
      return null;
    }
  }

  /**
   * Whether the page has a password field: this document, those around it, or a frame in any of them.
   * @param {Set<Node>} changed What may hold new shadow roots since the last time.
   */
  function hasPassword(changed = new Set()) {
    for (const node of changed) if (node.isConnected && !isInside(node, changed)) search(node, shadowsOf(document));
    const documents = new Set([document]);
    for (let at = window; at !== at.parent; at = at.parent) documents.add(documentIn(at.parent));
    documents.delete(null);
    for (const place of documents) { // grows on the way
      for (const root of [place, ...shadowsOf(place)]) {
        if (!root.isConnected) continue;
        if (root.querySelector(FIELD)) return true;
        for (const frame of root.querySelectorAll("iframe, frame")) {
          const inside = documentIn(frame);
          if (inside) documents.add(inside);
        }
      }
    }
    return false;
  }

  Object.assign(globalThis.scamlint, { hasPassword });
})();
