
"use strict";
const byId = (id) => document.getElementById(id);
const { rows, labels } = JSON.parse(byId("data").textContent);
const top_ = JSON.parse(byId("top-data").textContent);
const LEVELS = ["none", "low", "elevated", "high"];
const PAGE = 100;
let passages = null; // large, so it is parsed when a document is first opened
let order = [];
let page = 0;
let sorting = { by: "score", down: true };

const element = (name, text = "", kind = "") => {
  const made = document.createElement(name);
  if (text) made.textContent = text;
  if (kind) made.className = kind;
  return made;
};

const passage = ([label, score, before, words, after, pageNumber], where) => {
  const item = element("li");
  const mark = element("mark", words, labels[label].name);
  mark.title = `${labels[label].title}, score ${(score / 100).toFixed(2)}`;
  item.append(before, mark, after);
  const place = [where, `${labels[label].title} ${(score / 100).toFixed(2)}`, pageNumber ? `page ${pageNumber}` : ""];
  item.append(element("span", place.filter(Boolean).join(" · "), "where"));
  return item;
};

const showTop = () => {
  const label = Number(byId("top-label").value);
  const found = top_.filter(([, item]) => item[0] === label);
  byId("top").replaceChildren(...found.map(([number, item]) => passage(item, rows.id[number])));
  if (!found.length) byId("top").append(element("li", "No passage carries this label.", "quiet"));
};

const open_ = (number) => {
  passages ??= JSON.parse(byId("passages").textContent);
  const found = passages[number];
  byId("view-title").textContent = rows.id[number];
  const facts = [rows.sources[rows.source[number]], `${rows.characters[number].toLocaleString("en")} characters`];
  byId("view-about").textContent = facts.join(" · ");
  const items = (found || []).map((item) => passage(item, ""));
  if (!found) items.push(element("li", rows.spans[number]
    ? `The passages of ${byId("passages").dataset.leftOut} documents did not fit into this page; look at this row in the results.`
    : rows.errors[rows.error[number]] || "Nothing is flagged in this document."));
  byId("view-passages").replaceChildren(...items);
  byId("view").showModal();
};

const arrange = () => {
  const words = byId("search").value.trim().toLowerCase();
  const level = byId("level").value;
  const label = byId("label").value;
  const matching = words ? rows.sources.map((source) => source.toLowerCase().includes(words)) : null;
  const faulty = words ? rows.errors.map((error) => error.toLowerCase().includes(words)) : null;
  order = [];
  for (let n = 0; n < rows.id.length; n += 1) {
    if (level !== "" && rows.level[n] !== Number(level)) continue;
    if (label !== "" && !(rows.labels[n] & (1 << Number(label)))) continue;
    if (words && !(matching[rows.source[n]] || faulty[rows.error[n]] || rows.id[n].toLowerCase().includes(words))) continue;
    order.push(n);
  }
  const sign = sorting.down ? -1 : 1;
  if (sorting.by === "id" || sorting.by === "source") {
    const collator = new Intl.Collator("en", { numeric: true });
    const texts = sorting.by === "id" ? (n) => rows.id[n] : (n) => rows.sources[rows.source[n]];
    const ranks = new Map();
    [...new Set(order.map(texts))].sort(collator.compare).forEach((text, rank) => ranks.set(text, rank));
    order.sort((a, b) => sign * (ranks.get(texts(a)) - ranks.get(texts(b))) || a - b);
  } else {
    const column = rows[sorting.by];
    order.sort((a, b) => sign * (column[a] - column[b]) || rows.spans[b] - rows.spans[a] || a - b);
  }
  page = 0;
  showPage();
};

const tableRow = (n) => {
  const row = element("tr");
  const button = element("button", rows.id[n], "open");
  button.addEventListener("click", () => open_(n));
  const first = element("td");
  first.append(button);
  const tags = element("td");
  labels.forEach((label, bit) => {
    if (rows.labels[n] & (1 << bit)) tags.append(element("span", label.title, `tag ${label.name}`));
  });
  if (rows.level[n] < 0) tags.append(rows.errors[rows.error[n]]);
  const score = rows.spans[n] ? (rows.score[n] / 100).toFixed(2) : "";
  row.append(first, element("td", rows.sources[rows.source[n]]), element("td", LEVELS[rows.level[n]] ?? "not read"),
    element("td", score), element("td", String(rows.spans[n])), tags,
    element("td", rows.level[n] < 0 ? "" : rows.characters[n].toLocaleString("en")));
  return row;
};

const showPage = () => {
  const pages = Math.max(1, Math.ceil(order.length / PAGE));
  page = Math.min(Math.max(page, 0), pages - 1);
  const shown = order.slice(page * PAGE, (page + 1) * PAGE);
  document.querySelector("#table tbody").replaceChildren(...shown.map(tableRow));
  byId("count").textContent = `${order.length.toLocaleString("en")} documents`;
  byId("place").textContent = `Page ${page + 1} of ${pages.toLocaleString("en")}`;
  byId("back").disabled = page === 0;
  byId("on").disabled = page === pages - 1;
  for (const button of document.querySelectorAll("th button")) {
    const direction = sorting.down ? "descending" : "ascending";
    button.parentElement.setAttribute("aria-sort", button.dataset.by === sorting.by ? direction : "none");
  }
};

let waiting = 0;
byId("search").addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(arrange, 150); });
byId("level").addEventListener("change", arrange);
byId("label").addEventListener("change", arrange);
byId("top-label").addEventListener("change", showTop);
byId("back").addEventListener("click", () => { page -= 1; showPage(); });
byId("on").addEventListener("click", () => { page += 1; showPage(); });
for (const button of document.querySelectorAll("th button")) {
  button.addEventListener("click", () => {
    const by = button.dataset.by;
    sorting = { by, down: sorting.by === by ? !sorting.down : by !== "id" && by !== "source" };
    arrange();
  });
}
const first = top_.length ? top_[0][1][0] : 0;
byId("top-label").value = String(first);
showTop();
arrange();
document.documentElement.dataset.ready = "true";
