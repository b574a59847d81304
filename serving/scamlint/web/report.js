// What leaves the page: JSON without links, and a report as one HTML file.

import { pieces } from "./paper.js";

/** Write web addresses so that nothing turns them into links: `hxxps://name[.]example`. */
export function defang(text) {
  return text.replace(/\b(?:https?:\/\/|www\.)[^\s<>"']+|\b(?:[a-z0-9-]+\.)+[a-z]{2,}(?=[/:?#\s]|$)/giu, (address) => {
    const [host, ...rest] = address.replace(/^http/i, "hxxp").split(/(?<=[^/:])(?=[/?#])/u);
    return host.replaceAll(".", "[.]") + rest.join("");
  });
}

/**
 * The result as JSON. Offsets are UTF-16 units of the text; web addresses inside the words are defanged.
 * @returns {string}
 */
export function asJson({ text, spans, level, model, words }) {
  const rows = spans.map(({ start, end, label, score }) => ({ start, end, label, score, text: defang(text.slice(start, end)) }));
  return JSON.stringify({ level, words, characters: [...text].length, offset_unit: "utf16", model, spans: rows }, null, 2);
}

const escape = (text) => text.replace(/[&<>"]/g, (char) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[char]);

const STYLE = `:root{color-scheme:light dark}body{font:1rem/1.6 system-ui,sans-serif;max-width:46rem;margin:2.5rem auto;padding:0 1rem;color:light-dark(#1c2327,#e6e4de);background:light-dark(#fffefb,#1a1e22)}
h1{font-size:1.5rem;margin:0 0 .25rem}h2{font-size:1.125rem;margin:2rem 0 .75rem}.key{display:flex;flex-wrap:wrap;gap:.25rem 1.25rem}.text{border-block:1px solid light-dark(#dfdad0,#2d343a);padding-block:1rem}.text{white-space:pre-wrap;overflow-wrap:anywhere;font:1.0625rem/1.75 Charter,Georgia,serif;margin:1.5rem 0}
mark{color:inherit;background:color-mix(in srgb,var(--c) 18%,transparent);border-bottom:2px solid var(--c);border-radius:2px}
dl{display:grid;grid-template-columns:auto 1fr;gap:.5rem 1rem}dt{white-space:nowrap}dd{margin:0}.fine{font-size:.875rem;opacity:.8}`;

/** The result as one self-contained HTML page without scripts. */
export function asHtml({ text, spans, level, model, words }, labels) {
  const colours = [...labels.values()].map((label) => `.${label.name}{--c:light-dark(${label.colour},${label.dark})}`).join("");
  const marked = pieces(0, text.length, spans).map((piece) => piece.spans.reduce(
    (words_, span) => `<mark class="${span.label}" title="${escape(labels.get(span.label).title)}, ${span.score.toFixed(2)}">${words_}</mark>`,
    escape(text.slice(piece.start, piece.end)))).join("");
  const used = [...labels.values()].filter((label) => spans.some((span) => span.label === label.name));
  const chips = used.map((label) => `<span><mark class="${label.name}">${escape(label.title)}</mark> ×${spans.filter((span) => span.label === label.name).length}</span>`).join(" ");
  const key = used.map((label) => `<dt><mark class="${label.name}">${escape(label.title)}</mark></dt><dd>${escape(label.explanation)} <span class="fine">${escape(label.source)}</span></dd>`).join("\n");
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>scamlint report</title><style>${STYLE}${colours}</style></head>
<body><h1>scamlint report</h1><p>Level <strong>${escape(level)}</strong>, ${spans.length} marks in ${words} words, model ${escape(`${model.name} ${model.version}`)}.</p>
<p class="key">${chips}</p><div class="text" dir="auto">${marked}</div>
<h2>What the marks mean</h2><dl>${key}</dl>
<p class="fine">scamlint marks language and never judges people: a marked text may be honest, an unmarked one a fraud.</p></body></html>
`;
}

/** Hand a text to the reader as a file. */
export function download(name, type, text) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
