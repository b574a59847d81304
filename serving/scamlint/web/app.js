// The main flow: text in, scan, marks out. One scan is in flight at a time; an answer to an older text is dropped.

import { fetchInfo, fetchLabels, scan, sendFeedback } from "./api.js";
import { Card } from "./card.js";
import { readFile } from "./files.js";
import { Legend } from "./legend.js";
import { Paper } from "./paper.js";
import { asHtml, asJson, download } from "./report.js";
import { samples } from "./samples.js";
import { countWords, showHere, showStrip, showSummary } from "./summary.js";

const $ = (id) => document.getElementById(id);
const TYPING_MS = 450;
const SLIDER_MS = 200;

const labels = new Map();
let info = {};
let legend;
let paper;
let card;
let result = null; // {text, spans, level, model, words, warnings}: the last answer
let aborter = null;
let timer = 0;

function problem(sentence) {
  $("problem").hidden = !sentence;
  $("problem").textContent = sentence ?? "";
}

function view(name) {
  const reading = name === "read";
  $("write").hidden = reading;
  $("paper").hidden = !reading;
  $("where").hidden = !reading || !result?.spans.length;
  $("edit").ariaPressed = String(!reading);
  $("read").ariaPressed = String(reading);
  if (!reading) card?.hide();
  missedButton();
}

function later(delay, reading) {
  clearTimeout(timer);
  timer = setTimeout(() => run(reading), delay);
}

async function run(reading = false) {
  clearTimeout(timer);
  aborter?.abort();
  const text = $("text").value.toWellFormed();
  $("clear").disabled = text === "";
  if (text.trim() === "") return reset();
  aborter = new AbortController();
  const { signal } = aborter;
  const slow = setTimeout(() => { $("state").textContent = "Reading…"; }, 150);
  const started = performance.now();
  try {
    const reply = await scan(text, { labels: legend.active, thresholds: legend.thresholds }, signal);
    if (signal.aborted) return;
    problem(null);
    result = {
      text,
      spans: reply.spans,
      level: reply.level,
      model: `${reply.model.name} ${reply.model.version}`,
      words: countWords(text),
      warnings: (reply.warnings ?? []).map((warning) => warning.detail),
    };
    $("state").textContent = `Read in ${((performance.now() - started) / 1000).toFixed(2)} s`;
    await show(reading);
  } catch (error) {
    if (signal.aborted) return;
    $("state").textContent = "";
    problem(error.message);
    if (error.retryAfter) later(error.retryAfter * 1000, reading);
  } finally {
    clearTimeout(slow);
  }
}

async function show(reading) {
  const spans = result.spans.filter((span) => legend.shows(span));
  const shown = { ...result, spans };
  legend.count(spans);
  showSummary($("summary"), shown);
  $("actions").hidden = false;
  $("read").disabled = false;
  if (reading) view("read");
  card.hide();
  showStrip($("strip"), spans, result.text.length, (span) => labels.get(span.label).title);
  $("where").hidden = $("paper").hidden || !spans.length;
  await paper.show(result.text, spans);
  showHere($("strip"), $("paper"));
}

function reset() {
  result = null;
  problem(null);
  legend.count([]);
  $("state").textContent = "";
  const empty = document.createElement("p");
  empty.className = "fine";
  empty.textContent = "Nothing read yet.";
  $("summary").replaceChildren(empty);
  $("actions").hidden = true;
  $("read").disabled = true;
  $("clear").disabled = true;
  view("write");
}

function load(text) {
  $("text").value = text;
  return run(true);
}

async function loadFile(file) {
  try {
    await load(await readFile(file, info.limits?.body_bytes ?? 10_000_000));
  } catch (error) {
    problem(error.message);
  }
}

function step(direction) {
  const stops = paper.stops;
  if (!stops.length) return;
  const middle = innerHeight / 2;
  const current = stops.indexOf(document.activeElement?.closest?.("mark") ?? stops.find((mark) => mark.classList.contains("active")));
  let index = current + direction;
  if (current < 0) {
    index = direction > 0 ? stops.findIndex((mark) => mark.getBoundingClientRect().top > 80)
      : stops.findLastIndex((mark) => mark.getBoundingClientRect().bottom < middle);
  }
  const mark = stops.at(index % stops.length);
  mark.scrollIntoView({ block: "center", behavior: "instant" });
  mark.focus({ preventScroll: true, focusVisible: true });
  card.show(mark);
}

function missedButton() {
  $("missed").hidden = $("paper").hidden || !result || !paper.selected();
}

/** Feedback in the form of the API. `span` has offsets in UTF-16 units of the text. */
function report({ kind, span, right = null, share = false }) {
  const body = { kind, offset_unit: "utf16", start: span.start, end: span.end, label: span.label, model: result.model };
  if (span.score !== undefined) body.score = span.score;
  if (right) body.right_label = right;
  if (share) Object.assign(body, { text: result.text, store_text: true });
  return sendFeedback(body);
}

function wireTools() {
  $("edit").addEventListener("click", () => { view("write"); $("text").focus(); });
  $("read").addEventListener("click", () => run(true));
  $("clear").addEventListener("click", () => { $("text").value = ""; run(); $("text").focus(); });
  $("open").addEventListener("click", () => $("file").click());
  $("file").addEventListener("change", () => { if ($("file").files[0]) loadFile($("file").files[0]); $("file").value = ""; });
  $("text").addEventListener("input", (event) => {
    if (event.inputType === "insertFromPaste") run(true);
    else later(TYPING_MS, false);
    $("clear").disabled = $("text").value === "";
  });
  $("next").addEventListener("click", () => step(1));
  $("previous").addEventListener("click", () => step(-1));
  $("strip").addEventListener("click", (event) => {
    const box = $("strip").getBoundingClientRect();
    paper.scrollTo(((event.clientX - box.left) / box.width) * result.text.length);
  });
  $("copy").addEventListener("click", async () => {
    await navigator.clipboard.writeText(asJson(visible()));
    $("state").textContent = "Copied";
  });
  $("save").addEventListener("click", () => download("scamlint-report.html", "text/html", asHtml(visible(), labels)));
  addEventListener("scroll", () => showHere($("strip"), $("paper")), { passive: true });
}

const visible = () => ({ ...result, spans: result.spans.filter((span) => legend.shows(span)) });

function wireDrop() {
  const sheet = $("sheet");
  const hasFile = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files");
  addEventListener("dragover", (event) => { if (hasFile(event)) { event.preventDefault(); sheet.classList.add("dropping"); } });
  addEventListener("dragleave", (event) => { if (!event.relatedTarget) sheet.classList.remove("dropping"); });
  addEventListener("drop", (event) => {
    sheet.classList.remove("dropping");
    if (!hasFile(event)) return;
    event.preventDefault();
    loadFile(event.dataTransfer.files[0]);
  });
}

function wireMissed() {
  let where = null;
  document.addEventListener("selectionchange", missedButton);
  $("missed").addEventListener("pointerdown", (event) => event.preventDefault());
  $("missed").addEventListener("click", () => {
    where = paper.selected();
    if (!where) return;
    $("missed-words").textContent = result.text.slice(where.start, where.end);
    $("missed-form").hidden = false;
    $("missed-label").focus();
  });
  const close = () => { $("missed-form").hidden = true; };
  $("missed-cancel").addEventListener("click", close);
  $("missed-form").addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      await report({ kind: "missed", span: { ...where, label: $("missed-label").value }, share: true });
      close();
      $("state").textContent = "Thank you, the report is stored.";
    } catch (error) {
      problem(error.message);
    }
  });
}

function drawSamples() {
  $("samples").replaceChildren(...samples.map(({ file, title, about }) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(Object.assign(document.createElement("strong"), { textContent: title }),
      Object.assign(document.createElement("span"), { textContent: about }));
    button.addEventListener("click", async () => load(await (await fetch(`samples/${file}`)).text()));
    const item = document.createElement("li");
    item.append(button);
    return item;
  }));
}

function colours(list) {
  const { style } = document.documentElement;
  for (const label of list) style.setProperty(`--c-${label.name}`, `light-dark(${label.colour}, ${label.dark})`);
}

async function start() {
  let list;
  try {
    [list, info] = await Promise.all([fetchLabels(), fetchInfo()]);
    list.forEach((label) => labels.set(label.name, label));
    colours(list);
  } catch (error) {
    problem(error.message);
    setTimeout(start, 5000);
    return;
  }
  problem(null);
  $("model").textContent = info.model ? `Model ${info.model.name} ${info.model.version}` : "";
  $("missed-label").append(...[...labels.values()].map((label) => new Option(label.title, label.name)));
  paper = new Paper($("paper"), labels);
  legend = new Legend($("legend"), [...labels.values()], Object.fromEntries(list.map((label) => [label.name, label.threshold])), () => {
    if (!result) return;
    show(false);
    later(SLIDER_MS, false);
  });
  card = new Card($("card"), $("paper"), labels, (mark) => paper.spansOf(mark), report);
  wireTools();
  wireMissed();
  if ($("text").value.trim()) run(true);
}

drawSamples();
wireDrop();
start();
