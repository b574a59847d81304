// Talking to the user's scamlint server. Only text goes out: no address of the page, no cookies, no identifiers.

import { checkKey } from "./settings.js";

const TIMEOUT_MS = 25_000; // a service worker waits at most 30 s for a reply

/**
 * Ask the server.
 * @param {{server: string, key: string}} settings
 * @param {string} path
 * @param {object} [body]
 * @returns {Promise<{reply: any} | {problem: {fault: string, sentence: string, detail?: string, retryAfter?: number, hold?: boolean,
 *   tooLarge?: boolean, tooSlow?: boolean}}>} The reply, or what is wrong: `fault` alone, and `sentence` with what scamlint does
 *   about it when a page is read. With `retryAfter` those are the seconds after which to try again; with `hold` the user has to
 *   change a setting first; with neither, this text is refused, by `tooLarge` for its size.
 */
export async function ask(settings, path, body) {
  const { key, problem: keyProblem } = checkKey(settings.key);
  if (keyProblem) return { problem: problem("The API key in the options holds a character that no key has; set it again there", { hold: true }) };
  try {
    const response = await fetch(settings.server + path, {
      method: body === undefined ? "GET" : "POST",
      headers: headers(key, body),
      body: body === undefined ? undefined : JSON.stringify(body),
      credentials: "omit",
      cache: "no-store",
      referrerPolicy: "no-referrer",
      redirect: "error",
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    if (response.ok) return { reply: response.status === 204 ? null : await response.json() };
    return { problem: await refused(response) };
  } catch (error) {
    return { problem: failed(error, settings.server) };
  }
}

function headers(key, body) {
  const sent = {};
  if (body !== undefined) sent["Content-Type"] = "application/json";
  if (key) sent.Authorization = `Bearer ${key}`;
  return sent;
}

/** A problem; `next` is what scamlint does about it by itself when it reads a page. */
function problem(fault, facts, next = "") {
  return { fault: `${fault}.`, sentence: next ? `${fault}; ${next}.` : `${fault}.`, ...facts };
}

function failed(error, server) {
  if (error.name === "TimeoutError") {
    return problem(`The scamlint server at ${server} takes too long to answer`, { retryAfter: 10, tooSlow: true }, "scamlint tries again with less text");
  }
  if (error instanceof SyntaxError) {
    return problem(`What answers at ${server} is no scamlint server; check the address in the options`, { hold: true });
  }
  return problem(`The scamlint server at ${server} does not answer; start it with \`scamlint serve\`, or change the address in the options`, { retryAfter: 10 });
}

async function refused(response) {
  const { detail = "" } = await response.json().catch(() => ({}));
  const { status } = response;
  const wait = Math.min(Math.max(Number(response.headers.get("Retry-After")) || 5, 1), 120);
  if (status === 401 || status === 403) {
    return problem("The scamlint server does not accept the API key; set the right one in the options", { hold: true });
  }
  if (status === 429) return problem("The scamlint server is busy", { retryAfter: wait }, `scamlint tries again in ${wait} s`);
  if (status === 404 || status === 405 || status === 501) {
    return problem("What answers at this address is no scamlint server; check the address in the options", { hold: true });
  }
  if (status >= 500) return problem(`The scamlint server has a problem (status ${status})`, { retryAfter: 20, detail }, "scamlint tries again soon");
  return problem(`The scamlint server refused the text (status ${status})${detail && `: ${detail.replace(/\.$/, "")}`}`, { tooLarge: status === 413 });
}

/** What to tell a user whose report failed: nothing sends it again by itself. */
export function aboutReport({ fault, detail, retryAfter, tooSlow }) {
  // The server's own words say what a status does not: that it takes no reports, or could not store this one.
  if (detail) return `The report was not stored. The scamlint server says: ${detail}`;
  const outcome = tooSlow ? "Perhaps the report was not stored" : "The report was not stored";
  return `${fault} ${outcome}${retryAfter ? "; send it again later" : ""}.`;
}
