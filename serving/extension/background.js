// The service worker: decides which pages are read, asks the server for them, draws the badge. It keeps no text.

import { aboutReport, ask } from "./lib/server.js";
import { getSettings, onSettings } from "./lib/settings.js";
import { patterns, refusal } from "./lib/sites.js";
import { step } from "./lib/steps.js";
import { forgetFrame, forgetTab, noteFrame } from "./lib/tabs.js";

const SCRIPTS = ["content/reader.js", "content/pace.js", "content/passwords.js", "content/changes.js", "content/marks.js", "content/card-style.js", "content/card.js",
  "content/asking.js", "content/link.js", "content/main.js"];
const STYLES = ["content/highlight.css"];

let labels;

/** The labels as generated from the server's own list. */
async function getLabels() {
  labels ??= await (await fetch(chrome.runtime.getURL("labels.json"))).json();
  return labels;
}

/** The patterns that the user has both asked for and granted. */
async function grantedPatterns(settings) {
  const wanted = patterns(settings);
  const granted = await Promise.all(wanted.map((pattern) => chrome.permissions.contains({ origins: [pattern] })));
  return wanted.filter((_, index) => granted[index]);
}

let syncing = Promise.resolve();

/** Register the content scripts for exactly the allowed pages, and tell open pages. */
function sync() {
  syncing = syncing.catch(() => {}).then(async () => {
    const matches = await grantedPatterns(await getSettings());
    await chrome.scripting.unregisterContentScripts({ ids: ["reader"] }).catch(() => {});
    if (matches.length) {
      await chrome.scripting.registerContentScripts([{
        id: "reader", matches, js: SCRIPTS, css: STYLES, allFrames: true, matchOriginAsFallback: true, runAt: "document_idle",
      }]);
    }
    tellTabs(matches); // not waited for: a tab that never answers must not hold up the next change
  });
  return syncing;
}

/** Pages that have the scripts look at the settings again; allowed pages that lack them get them. */
async function tellTabs(matches) {
  const reachable = new Set(matches.length ? (await chrome.tabs.query({ url: matches })).map((tab) => tab.id) : []);
  for (const { id } of await chrome.tabs.query({})) tellTab(id, reachable.has(id));
}

async function tellTab(tabId, allowed) {
  const known = await chrome.tabs.sendMessage(tabId, { type: "settings" }, { frameId: 0 }).catch(() => null);
  if (known) chrome.tabs.sendMessage(tabId, { type: "settings" }).catch(() => {}); // its other frames
  else if (allowed) await inject(tabId);
}

async function inject(tabId) {
  try {
    await chrome.scripting.insertCSS({ target: { tabId, allFrames: true }, files: STYLES });
    await chrome.scripting.executeScript({ target: { tabId, allFrames: true }, files: SCRIPTS });
  } catch {
    // A page that extensions may not touch; it is read at its next load if it can be.
  }
}

/** A frame asks whether it may read. Frames of another origin than the page are left alone. */
async function hello(sender, since) {
  const settings = await getSettings();
  let reason = refusal(sender.tab.url ?? "", settings);
  if (!reason && sender.frameId !== 0 && originOf(sender) !== new URL(sender.tab.url).origin) reason = "not-chosen";
  noteFrame(sender.tab.id, sender.frameId, { count: 0, reason }, since); // not waited for: the page may begin to read
  if (reason) return { run: false, reason };
  return { run: true, labels: await getLabels(), labelsOff: settings.labelsOff };
}

function originOf(sender) {
  return sender.origin ?? new URL(sender.url).origin;
}

async function scan(segments, sender) {
  const settings = await getSettings();
  if (refusal(sender.tab.url ?? "", settings)) return { stopped: true };
  const { reply, problem } = await ask(settings, "/v1/scan", { segments, offset_unit: "utf16" });
  return problem ? { problem } : { segments: reply.segments.map(({ id, spans }) => ({ id, spans })) };
}

async function feedback(report) {
  const { problem } = await ask(await getSettings(), "/v1/feedback", report);
  return problem ? { sentence: aboutReport(problem) } : { done: true };
}

const HANDLERS = {
  hello: (message, sender) => hello(sender, message.since),
  scan: (message, sender) => scan(message.segments, sender),
  status: (message, sender) => noteFrame(sender.tab.id, sender.frameId, message.state),
  gone: (message, sender) => forgetFrame(sender.tab.id, sender.frameId, message.since),
  feedback: (message) => feedback(message.report),
  labels: () => getLabels(),
  test: async (message) => ask(message.settings, "/v1/info"),
};

chrome.runtime.onMessage.addListener((message, sender, respond) => {
  const handler = sender.id === chrome.runtime.id ? HANDLERS[message?.type] : undefined;
  if (!handler) return false;
  Promise.resolve(handler(message, sender)).then((value) => respond(value ?? null), () => respond(null));
  return true;
});

chrome.commands?.onCommand.addListener(async (command) => {
  const by = { "next-mark": 1, "previous-mark": -1 }[command];
  const [tab] = await chrome.tabs.query({ active: true, lastFocusedWindow: true });
  if (by && tab) await step(tab.id, by);
});

chrome.tabs.onRemoved.addListener((tabId) => forgetTab(tabId));
chrome.permissions.onAdded.addListener(() => sync());
chrome.permissions.onRemoved.addListener(() => sync());
chrome.runtime.onStartup.addListener(() => sync());
chrome.runtime.onInstalled.addListener(async ({ reason }) => {
  if (reason === "install") await chrome.runtime.openOptionsPage();
  await sync();
});
onSettings(() => sync());

// Content scripts run inside pages; they get what they need by message and never the API key.
chrome.storage.local.setAccessLevel?.({ accessLevel: "TRUSTED_CONTEXTS" });
