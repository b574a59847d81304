// The legend: for each label a switch, what it means and a threshold.

const SVG = "http://www.w3.org/2000/svg";

function chevron() {
  const svg = document.createElementNS(SVG, "svg");
  const path = document.createElementNS(SVG, "path");
  for (const [key, value] of Object.entries({ viewBox: "0 0 16 16", width: "14", height: "14", "aria-hidden": "true" })) svg.setAttribute(key, value);
  for (const [key, value] of Object.entries({ d: "M4 6l4 4 4-4", fill: "none", stroke: "currentColor", "stroke-width": "1.75" })) path.setAttribute(key, value);
  svg.append(path);
  return svg;
}

const el = (tag, props = {}, ...children) => {
  const node = Object.assign(document.createElement(tag), props);
  node.append(...children);
  return node;
};

export class Legend {
  #counts = new Map();

  /**
   * @param {HTMLElement} list
   * @param {object[]} labels
   * @param {Record<string, number>} thresholds The model's own.
   * @param {() => void} onChange
   */
  constructor(list, labels, thresholds, onChange) {
    this.on = new Map(labels.map((label) => [label.name, true]));
    this.defaults = thresholds;
    this.changed = new Map();
    list.replaceChildren(...labels.map((label) => this.#item(label, onChange)));
  }

  /** Names of the labels that are switched on. */
  get active() {
    return [...this.on].filter(([, on]) => on).map(([name]) => name);
  }

  /** Thresholds that the reader has moved, for the labels that are on. */
  get thresholds() {
    return Object.fromEntries([...this.changed].filter(([name]) => this.on.get(name)));
  }

  /** Whether a span is to be shown with the switches as they stand. */
  shows(span) {
    return this.on.get(span.label) && span.score >= (this.changed.get(span.label) ?? 0);
  }

  /** Show how often each label was found. */
  count(spans) {
    for (const [name, node] of this.#counts) {
      const count = spans.filter((span) => span.label === name).length;
      node.textContent = count ? String(count) : "";
    }
  }

  #item(label, onChange) {
    const box = el("input", { type: "checkbox", role: "switch", checked: true });
    box.addEventListener("change", () => { this.on.set(label.name, box.checked); onChange(); });
    const count = el("span", { className: "count" });
    this.#counts.set(label.name, count);
    const more = el("div", { className: "more", hidden: true, id: `more-${label.name}` }, ...this.#details(label, onChange));
    const open = el("button", { type: "button", ariaLabel: `About ${label.title}`, ariaExpanded: "false" }, chevron());
    open.setAttribute("aria-controls", more.id);
    open.addEventListener("click", () => {
      more.hidden = !more.hidden;
      open.ariaExpanded = String(!more.hidden);
    });
    const row = el("div", { className: "row" },
      el("label", {}, box, el("span", { className: "name" }, label.title)), count, open);
    const item = el("li", {}, row, more);
    item.style.setProperty("--c", `var(--c-${label.name})`);
    return item;
  }

  #details(label, onChange) {
    const start = this.defaults[label.name] ?? 0.5;
    const slider = el("input", { type: "range", min: "0.05", max: "1", step: "0.01", value: String(start) });
    const shown = el("output", {}, start.toFixed(2));
    slider.addEventListener("input", () => {
      shown.textContent = Number(slider.value).toFixed(2);
      this.changed.set(label.name, Number(slider.value));
      onChange();
    });
    const link = el("a", { href: label.url, target: "_blank", rel: "noopener noreferrer" }, "Read it");
    return [el("p", {}, label.explanation), el("p", {}, label.source, " ", link),
      el("label", {}, "Mark from", slider, shown)];
  }
}
