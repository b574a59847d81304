// The user's settings. They stay in this browser; content scripts cannot read them.

export const DEFAULTS = Object.freeze({
  on: false, // nothing is read or sent before the user has switched it on
  paused: false,
  server: "http://127.0.0.1:8000",
  key: "",
  everywhere: false, // false: only on the sites that the user has chosen
  sites: {}, // host name: true (chosen) or false (switched off)
  privateSites: [], // the user's own list of host names that are never read
  labelsOff: [],
});

const storage = chrome.storage.local;

/** The settings, defaults filled in. */
export async function getSettings() {
  const { settings = {} } = await storage.get("settings");
  return { ...DEFAULTS, ...settings };
}

let last = Promise.resolve();

/**
 * Change some settings. Changes are made one after the other.
 * @param {object | ((settings: object) => object)} change New values, or a function that makes them from the old ones.
 */
export function changeSettings(change) {
  last = last.catch(() => {}).then(async () => {
    const settings = await getSettings();
    const values = typeof change === "function" ? change(settings) : change;
    await storage.set({ settings: { ...settings, ...values } });
  });
  return last;
}

/** Call back when the settings have changed. */
export function onSettings(callback) {
  chrome.storage.onChanged.addListener((changes, area) => {
    if (area === "local" && changes.settings) callback();
  });
}

const LOCAL = new Set(["127.0.0.1", "localhost"]);

/**
 * Check the address of a server.
 * @param {string} address As typed.
 * @returns {{server: string} | {problem: string}} The address without a trailing slash, or what is wrong with it.
 */
export function checkServer(address) {
  let url;
  try {
    url = new URL(address.trim());
  } catch {
    return { problem: "Write the address in full, such as http://127.0.0.1:8000." };
  }
  if (url.username || url.password || url.search || url.hash) {
    return { problem: "The address has no user name, question mark or #; the API key has its own field." };
  }
  if (url.protocol === "http:" && !LOCAL.has(url.hostname)) {
    return { problem: "Use https for a server on another computer, so that nobody on the way can read the text." };
  }
  if (url.protocol !== "http:" && url.protocol !== "https:") return { problem: "The address begins with http:// or https://." };
  return { server: url.origin + url.pathname.replace(/\/+$/, "") };
}

/**
 * Check an API key. Headers carry no other characters, and an invisible one may come along when a key is pasted.
 * @param {string} typed As typed.
 * @returns {{key: string} | {problem: string}} The key without white space around it, or what is wrong with it.
 */
export function checkKey(typed) {
  const key = typed.trim();
  if (/^[\x21-\x7E]*$/.test(key)) return { key };
  return { problem: "The API key holds a space, an invisible character or one that no key has; copy it again, or type it." };
}
