// The popup: what was found on the page, and the switches for this site, each label and everything.

import { changeSettings, getSettings } from "../lib/settings.js";
import { REASONS, refusal } from "../lib/sites.js";
import { framesOf, keyOf } from "../lib/tabs.js";

const $ = (id) => document.getElementById(id);

/** The tab that the popup is about; `?tab=` names it when the popup is opened as a page. */
async function currentTab() {
  const named = Number(new URLSearchParams(location.search).get("tab"));
  if (named) return chrome.tabs.get(named);
  const [tab] = await chrome.tabs.query({ active: true, currentWindow: true });
  return tab;
}

let tabId = null; // the tab that the popup is about
let site = null; // {host, protocol} of the page that the popup is about; null when it is no web page

function siteOf(tab) {
  try {
    const { protocol, hostname } = new URL(tab.url);
    return protocol === "http:" || protocol === "https:" ? { host: hostname, protocol } : null;
  } catch {
    return null; // pages of the browser have no address for extensions
  }
}

/** The frames that answer, with their marks; one that has gone without a word counts no more. */
async function answering(tab, frames) {
  const lists = await Promise.all(Object.entries(frames).map(async ([frame, state]) => {
    const frameId = Number(frame);
    const marks = await chrome.tabs.sendMessage(tab.id, { type: "list" }, { frameId }).catch(() => null);
    return marks && { ...state, marks: marks.map((mark) => ({ ...mark, frameId })) };
  }));
  return lists.filter(Boolean);
}

let drawn = ""; // the marks that the list shows; it is left alone while they stay, so that the keyboard keeps its place

function drawMarks(tab, marks, labels, waiting) {
  $("found").hidden = false;
  const count = `${marks.length || "No"} ${marks.length === 1 ? "mark" : "marks"}`;
  $("found-title").textContent = !waiting ? `${count} on this page` : marks.length ? `${count} so far. ${waiting}` : waiting;
  const now = JSON.stringify(marks.map(({ score, ...mark }) => mark));
  if (now === drawn) return;
  drawn = now;
  $("marks").replaceChildren(...marks.map((mark) => {
    const words = Object.assign(document.createElement("span"), { className: "words", textContent: mark.words, dir: "auto" });
    const name = Object.assign(document.createElement("span"), { className: "name", textContent: labels.get(mark.label).title });
    paint(name, labels.get(mark.label));
    const button = Object.assign(document.createElement("button"), { type: "button" });
    button.append(words, name);
    button.addEventListener("click", () => {
      chrome.tabs.sendMessage(tab.id, { type: "go", index: mark.index }, { frameId: mark.frameId }).catch(() => {});
      if (!location.search) close();
    });
    const item = document.createElement("li");
    item.append(button);
    return item;
  }));
}

const paint = (element, label) => element.style.setProperty("--c", `light-dark(${label.colour}, ${label.dark})`);

function drawLabels(labels, settings) {
  if (!$("labels").children.length) fillLabels(labels);
  for (const box of $("labels").querySelectorAll("input")) box.checked = !settings.labelsOff.includes(box.name);
}

function fillLabels(labels) {
  $("labels").replaceChildren(...[...labels.values()].map((label) => {
    const box = Object.assign(document.createElement("input"), { type: "checkbox", name: label.name });
    box.setAttribute("role", "switch");
    box.addEventListener("change", () => changeSettings((old) => ({
      labelsOff: box.checked ? old.labelsOff.filter((name) => name !== label.name) : [...old.labelsOff, label.name],
    })));
    const name = Object.assign(document.createElement("span"), { className: "name", textContent: label.title });
    paint(name, label);
    const row = Object.assign(document.createElement("label"), { className: "switch" });
    row.append(box, name);
    const item = document.createElement("li");
    item.append(row);
    return item;
  }));
}

/** Why a page that may be read is not being read, a key of REASONS; null when it is. */
async function hindrance(tab, frames) {
  const granted = await chrome.permissions.contains({ origins: [`${site.protocol}//${site.host}/*`] });
  if (!granted) return "no-permission";
  const reached = await chrome.tabs.sendMessage(tab.id, { type: "list" }, { frameId: 0 }).catch(() => null);
  return reached || Object.keys(frames).length ? null : "not-reached";
}

async function draw() {
  const [settings, tab, list] = await Promise.all([getSettings(), currentTab(), chrome.runtime.sendMessage({ type: "labels" })]);
  const labels = new Map(list.map((label) => [label.name, label]));
  tabId = tab?.id ?? null;
  const frames = tab ? await framesOf(tab.id) : {};
  site = tab ? siteOf(tab) : null;
  const host = site?.host;
  const refused = (host ? refusal(tab.url, settings) : settings.on ? null : "off") ?? frames[0]?.reason;
  const reason = refused ?? (host ? await hindrance(tab, frames) : "scheme");
  const there = reason ? [] : await answering(tab, frames);
  const sentence = there.find((frame) => frame.sentence)?.sentence;
  const waits = there.some((frame) => frame.waits);
  const waiting = !waits ? "" : sentence ? "Not read to the end yet" : "Reading …";
  $("begin").hidden = settings.on;
  $("pause").hidden = !settings.on;
  $("pause").textContent = settings.paused ? "Resume" : "Pause";
  $("problem").hidden = !sentence;
  $("problem").textContent = sentence ?? "";
  $("reason").hidden = !reason;
  $("reason").textContent = reason ? REASONS[reason] : "";
  $("site-row").hidden = !settings.on || settings.paused || !host || ["private", "server", "scheme"].includes(reason);
  $("host").textContent = host ?? "";
  $("site").checked = Boolean(host) && settings.sites[host] !== false && (settings.everywhere || settings.sites[host] === true);
  $("label-box").hidden = !settings.on;
  drawLabels(labels, settings);
  if (reason) $("found").hidden = true;
  else drawMarks(tab, there.flatMap((frame) => frame.marks), labels, waiting);
}

let drawing = false;
let again = false;

/** Draw, one drawing at a time, and once more when something changed meanwhile. */
async function redraw() {
  again = true;
  if (drawing) return;
  drawing = true;
  try {
    while (again) {
      again = false;
      await draw();
    }
  } finally {
    drawing = false;
  }
}

$("pause").addEventListener("click", () => changeSettings((old) => ({ paused: !old.paused })));
$("options").addEventListener("click", () => chrome.runtime.openOptionsPage());
$("begin").addEventListener("click", () => chrome.runtime.openOptionsPage());
$("site").addEventListener("change", async () => {
  const { host, protocol } = site;
  const on = $("site").checked;
  // The browser asks first; it may close this popup meanwhile, so the choice is noted before.
  const noted = changeSettings((old) => ({ sites: { ...old.sites, [host]: on } }));
  if (on && !(await chrome.permissions.request({ origins: [`${protocol}//${host}/*`] }))) {
    await noted;
    await changeSettings((old) => ({ sites: { ...old.sites, [host]: false } }));
  }
});
chrome.storage.onChanged.addListener((changes, area) => {
  if (area === "local" ? changes.settings : changes[keyOf(tabId)]) redraw();
});
chrome.permissions.onAdded.addListener(redraw);
chrome.permissions.onRemoved.addListener(redraw);
redraw();
