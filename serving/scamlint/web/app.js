// The main flow: text in, scan, marks out. One scan is in flight at a time; an answer to an older text is dropped.

import { KeyNeeded, fetchInfo, fetchLabels, fetchSample, scan, sendFeedback, setKey } from "./api.js";
import { Card } from "./card.js";
import { readFile } from "./files.js";
import { Legend } from "./legend.js";
import { MissedForm } from "./missed.js";
import { Paper } from "./paper.js";
import { asHtml, asJson, download } from "./report.js";
import { samples } from "./samples.js";
import { countWords, showHere, showStrip, showSummary } from "./summary.js";

const $ = (id) => document.getElementById(id);
const TYPING_MS = 450;
const SLIDER_MS = 200;
const CONTEXT = 500; // characters around the words that go with a report

const labels = new Map();
let info = {};
let legend = null; // null until the server has told its labels
let paper;
let card;
let missed = null; // null when the server takes no feedback
let result = null; // {text, spans, level, model, words, warnings}: the last answer
let aborter = null;
let timer = 0;
let lastStop = null; // the mark that the buttons went to last

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
  missed?.keepFor(text);
  $("clear").disabled = text === "";
  if (!legend) { // start() reads the text when the server has answered
    $("state").textContent = text.trim() ? "The text is read when the server is ready." : "";
    return;
  }
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
      model: reply.model,
      words: countWords(text),
      warnings: (reply.warnings ?? []).map((warning) => warning.detail),
    };
    $("state").textContent = `Read in ${((performance.now() - started) / 1000).toFixed(2)} s`;
    await show(reading);
  } catch (error) {
    if (signal.aborted) return;
    $("state").textContent = "";
    problem(error.message);
    if (error instanceof KeyNeeded) $("key-form").hidden = false;
    if (error.retryAfter) later(error.retryAfter * 1000, reading);
  } finally {
    clearTimeout(slow);
  }
}

async function show(reading) {
  const spans = result.spans.filter((span) => legend.shows(span));
  const shown = { ...result, spans };
  missed?.keepFor(result.text);
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

/** Show a document that is still to be fetched, as soon as it is there. */
async function load(fetching) {
  try {
    $("text").value = await fetching;
    await run(true);
  } catch (error) {
    problem(error.message);
  }
}

const loadFile = (file) => load(readFile(file, info.limits?.body_bytes ?? 10_000_000));

const onScreen = (mark) => {
  const { top, bottom } = mark.getBoundingClientRect();
  return bottom > 0 && top < innerHeight;
};

/** Go to the next mark, or with -1 to the one before; from where the reader is. */
function step(direction) {
  const stops = paper.stops;
  if (!stops.length) return;
  const here = stops.indexOf(lastStop);
  let index = here + direction;
  if (here < 0 || !onScreen(lastStop)) {
    index = direction > 0 ? stops.findIndex((mark) => mark.getBoundingClientRect().top > 80)
      : stops.findLastIndex((mark) => mark.getBoundingClientRect().bottom < innerHeight / 2);
  }
  lastStop = stops.at(index % stops.length);
  lastStop.scrollIntoView({ block: "center", behavior: "instant" });
  lastStop.focus({ preventScroll: true, focusVisible: true });
  card.show(lastStop);
}

function missedButton() {
  $("missed").hidden = $("paper").hidden || !info.feedback || !result || !paper.selected();
}

/** Feedback in the form of the API. The words and those around them are stored only when the reader says so. */
function report({ kind, span, right = null, share = false }, { text, model } = result) {
  const body = { kind, text: text.slice(span.start, span.end), label: span.label, store_text: share, model };
  if (share) {
    body.before = text.slice(Math.max(0, span.start - CONTEXT), span.start).toWellFormed();
    body.after = text.slice(span.end, span.end + CONTEXT).toWellFormed();
  }
  if (span.score !== undefined) body.score = span.score;
  if (right) body.expected_label = right;
  return sendFeedback(body);
}

function wireTools() {
  $("edit").addEventListener("click", () => { view("write"); $("text").focus(); });
  $("read").addEventListener("click", () => run(true));
  $("clear").addEventListener("click", () => { $("text").value = ""; run(); $("text").focus(); });
  $("open").addEventListener("click", () => $("file").click());
  $("file").addEventListener("change", () => { if ($("file").files[0]) loadFile($("file").files[0]); $("file").value = ""; });
  $("text").addEventListener("input", (event) => {
    missed?.close();
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
    try {
      await navigator.clipboard.writeText(asJson(visible()));
      $("state").textContent = "Copied";
    } catch { // also where there is no clipboard: over plain http from another machine
      problem("The browser lets this page copy nothing; open it over https or on the server's own machine and allow copying, or save the HTML report.");
    }
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
  missed = new MissedForm($("missed-form"), labels.values(), report, {
    sent: () => { $("state").textContent = "Thank you, the report is stored."; },
    failed: (error) => problem(error.message),
    closed: () => $($("paper").hidden ? "text" : "paper").focus({ preventScroll: true }),
  });
  document.addEventListener("selectionchange", missedButton);
  $("missed").addEventListener("pointerdown", (event) => event.preventDefault());
  $("missed").addEventListener("click", () => {
    const where = paper.selected();
    if (where) missed.open(result, where);
  });
}

function drawSamples() {
  $("samples").replaceChildren(...samples.map(({ file, title, about }) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(Object.assign(document.createElement("strong"), { textContent: title }),
      Object.assign(document.createElement("span"), { textContent: about }));
    button.addEventListener("click", () => load(fetchSample(file)));
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
    if (error instanceof KeyNeeded) $("key-form").hidden = false;
    else setTimeout(start, 5000);
    return;
  }
  problem(null);
  $("model").textContent = info.model ? `Model ${info.model.name} ${info.model.version}` : "";
  paper = new Paper($("paper"), labels);
  legend = new Legend($("legend"), [...labels.values()], Object.fromEntries(list.map((label) => [label.name, label.threshold])), () => {
    if (!result) return;
    show(false);
    later(SLIDER_MS, false);
  });
  card = new Card($("card"), $("paper"), labels, (mark) => paper.spansOf(mark), info.feedback ? report : null);
  if (info.feedback) wireMissed();
  if ($("text").value.trim()) run(true);
}

$("key-form").addEventListener("submit", (event) => {
  event.preventDefault();
  try {
    setKey($("key").value);
  } catch (error) {
    problem(error.message);
    return;
  }
  $("key-form").hidden = true;
  if (legend) run(true);
  else start();
});
drawSamples();
wireTools();
wireDrop();
start();
