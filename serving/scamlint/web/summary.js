// The summary: level, counts, and the strip that shows where in the text the marks lie.

const el = (tag, props = {}, ...children) => {
  const node = Object.assign(document.createElement(tag), props);
  node.append(...children);
  return node;
};

const LEVELS = {
  none: [0, "None found"],
  low: [1, "A little"],
  elevated: [2, "Much"],
  high: [3, "A great deal"],
};

/** Number of words in a text, counted at white space. */
export function countWords(text) {
  let count = 0;
  for (const _ of text.matchAll(/\S+/gu)) count += 1;
  return count;
}

/** Spans for each 1,000 words. */
export function density(spans, words) {
  return words ? (spans * 1000) / words : 0;
}

/**
 * Draw the summary.
 * @param {HTMLElement} element
 * @param {{level: string, spans: object[], words: number, warnings: string[]}} result
 */
export function showSummary(element, { level, spans, words, warnings }) {
  const [steps, sentence] = LEVELS[level] ?? [0, level];
  const gauge = el("div", { className: "gauge", role: "img", ariaLabel: `Level ${level}: ${steps} of 3` },
    ...[1, 2, 3].map((step) => el("i", { className: step <= steps ? "on" : "" })));
  const figure = (name, value) => el("div", {}, el("dt", {}, name), el("dd", {}, value));
  const format = new Intl.NumberFormat("en");
  const figures = el("dl", { className: "figures" },
    figure(spans.length === 1 ? "mark" : "marks", format.format(spans.length)),
    figure(words === 1 ? "word" : "words", format.format(words)),
    figure("marks per 1,000 words", density(spans.length, words).toFixed(1)));
  element.replaceChildren(el("p", { className: "level" }, sentence), gauge, figures,
    ...warnings.map((text) => el("p", { className: "warning" }, text)));
}

/** Draw where the spans lie; at most one tick for each of 400 places. */
export function showStrip(element, spans, length, title) {
  const here = element.querySelector(".here") ?? el("i", { className: "here" });
  const places = new Map();
  for (const span of spans) {
    const place = Math.floor((span.start / length) * 400);
    const known = places.get(place);
    if (!known || known.score < span.score) places.set(place, span);
  }
  const ticks = [...places.values()].map((span) => {
    const tick = el("i", { title: title(span) });
    tick.style.setProperty("--c", `var(--c-${span.label})`);
    tick.style.left = `${(span.start / length) * 100}%`;
    tick.style.width = `${((span.end - span.start) / length) * 100}%`;
    return tick;
  });
  element.replaceChildren(...ticks, here);
  const thirds = [0, 0, 0];
  for (const span of spans) thirds[Math.min(2, Math.floor((span.start / length) * 3))] += 1;
  element.ariaLabel = `Where the marks lie: ${thirds[0]} in the first third, ${thirds[1]} in the middle, ${thirds[2]} in the last third`;
}

/** Show which part of the text is on the screen. */
export function showHere(element, paper) {
  const here = element.querySelector(".here");
  const box = paper.getBoundingClientRect();
  if (!here || !box.height) return;
  const from = Math.max(0, -box.top / box.height);
  const to = Math.min(1, (innerHeight - box.top) / box.height);
  here.hidden = from <= 0 && to >= 1;
  here.style.left = `${from * 100}%`;
  here.style.width = `${Math.max(0, to - from) * 100}%`;
}
