// May a page be read? The one place that decides it from the settings and the address.

import { PRIVATE_SITES, isListed } from "./private-sites.js";

export const REASONS = Object.freeze({
  off: "scamlint is switched off.",
  paused: "scamlint is paused.",
  scheme: "scamlint reads web pages only.",
  server: "This is the scamlint server's own page.",
  private: "This site is on the list of private sites, so scamlint never reads it.",
  password: "This page has a password field, so scamlint does not read it.",
  "site-off": "scamlint is switched off on this site.",
  "not-chosen": "scamlint does not read this site unless you switch it on here.",
  "no-permission": "The browser has not given scamlint the permission for this site; switch the site off and on again here.",
  "not-reached": "scamlint does not reach this page; reload it.",
});

/**
 * @param {string} address Of the page, as the top frame shows it.
 * @param {object} settings
 * @returns {string | null} Why the page is not read, a key of REASONS; null when it may be read.
 */
export function refusal(address, settings) {
  let url;
  try {
    url = new URL(address);
  } catch {
    return "scheme";
  }
  if (url.protocol !== "http:" && url.protocol !== "https:") return "scheme";
  if (!settings.on) return "off";
  if (settings.paused) return "paused";
  if (url.origin === new URL(settings.server).origin) return "server";
  if (isListed(url.hostname, PRIVATE_SITES) || isListed(url.hostname, settings.privateSites)) return "private";
  const chosen = settings.sites[url.hostname];
  if (chosen === false) return "site-off";
  return chosen || settings.everywhere ? null : "not-chosen";
}

/** Match patterns of the pages that the settings allow. */
export function patterns(settings) {
  if (!settings.on || settings.paused) return [];
  if (settings.everywhere) return ["http://*/*", "https://*/*"];
  return Object.keys(settings.sites).filter((host) => settings.sites[host]).flatMap(sitePatterns);
}

/** Match patterns of one site. Ports are not part of them, because Firefox knows none. */
function sitePatterns(host) {
  return [`http://${host}/*`, `https://${host}/*`];
}
