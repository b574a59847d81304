// The options, which are also the first page after installing: what scamlint does, and the switch.

import { hostOf } from "../lib/private-sites.js";
import { changeSettings, checkKey, checkServer, getSettings, onSettings } from "../lib/settings.js";

const $ = (id) => document.getElementById(id);

function say(element, sentence, bad = false) {
  element.textContent = sentence;
  element.className = bad ? "problem" : "soft";
}

async function draw() {
  const settings = await getSettings();
  $("on").textContent = settings.on ? "Switch scamlint off" : "Switch scamlint on";
  $("on").className = settings.on ? "" : "main";
  const where = settings.everywhere ? "every site except those switched off" : "the sites that you switch on in the popup";
  $("state").textContent = settings.on ? `scamlint is on and reads ${where}.` : "scamlint is off: nothing is read and nothing is sent.";
  $("everywhere").checked = settings.everywhere;
  if (document.activeElement !== $("server")) $("server").value = settings.server;
  if (document.activeElement !== $("key")) $("key").value = settings.key;
  if (document.activeElement !== $("private")) $("private").value = settings.privateSites.join("\n");
  drawSites(settings.sites);
}

function drawSites(sites) {
  $("sites").replaceChildren(...Object.entries(sites).sort().map(([host, on]) => {
    const name = Object.assign(document.createElement("span"), { textContent: `${host}: ${on ? "on" : "off"}` });
    const button = Object.assign(document.createElement("button"), { type: "button", textContent: "Forget", ariaLabel: `Forget ${host}` });
    button.addEventListener("click", () => changeSettings((old) => {
      const { [host]: _, ...rest } = old.sites;
      return { sites: rest };
    }));
    const item = document.createElement("li");
    item.append(name, button);
    return item;
  }));
}

async function saveServer(event) {
  event.preventDefault();
  const { server, problem } = checkServer($("server").value);
  const { key, problem: keyProblem } = checkKey($("key").value);
  if (problem || keyProblem) return say($("server-state"), problem ?? keyProblem, true);
  const granted = await chrome.permissions.request({ origins: [`${new URL(server).protocol}//${new URL(server).hostname}/*`] });
  if (!granted) return say($("server-state"), "Without the permission scamlint cannot reach this server.", true);
  await changeSettings({ server, key });
  const { reply, problem: trouble } = await chrome.runtime.sendMessage({ type: "test", settings: { server, key } });
  if (trouble) return say($("server-state"), `Saved. ${trouble.fault}`, true);
  return say($("server-state"), `Saved. The server answers with model ${reply.model.name} ${reply.model.version}.`);
}

$("on").addEventListener("click", () => changeSettings((old) => ({ on: !old.on })));
$("server-form").addEventListener("submit", saveServer);
$("everywhere").addEventListener("change", async () => {
  const wanted = $("everywhere").checked;
  const granted = !wanted || (await chrome.permissions.request({ origins: ["http://*/*", "https://*/*"] }));
  await changeSettings({ everywhere: wanted && granted });
  if (!wanted) await chrome.permissions.remove({ origins: ["http://*/*", "https://*/*"] }).catch(() => {});
  draw();
});

const privateLines = () => $("private").value.split("\n").map((line) => line.trim()).filter(Boolean);
let kept = null; // the list before the user began to edit it

// A line that is not finished yet must not open a site that was private, nor close every site that ends in `com`: until the user
// leaves the field, what was on the list stays, and only what has the form of a whole name is added.
$("private").addEventListener("focus", () => changeSettings((old) => {
  kept = old.privateSites;
  return {};
}));
$("private").addEventListener("input", () => {
  const lines = privateLines();
  const strange = lines.find((line) => hostOf(line) === null);
  say($("private-state"), strange ? `“${strange}” is no name of a site; write it like bank.example.` : "", true);
  const whole = lines.filter((line) => hostOf(line)?.includes("."));
  changeSettings((old) => ({ privateSites: [...new Set([...(kept ?? old.privateSites), ...whole])] }));
});
$("private").addEventListener("change", () => changeSettings({ privateSites: privateLines() }));
onSettings(draw);
draw();
