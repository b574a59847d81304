// Talking to the server that serves this page. Every failure becomes one sentence for the reader.

export class ServerError extends Error {
  /**
   * @param {string} sentence What is wrong and what to do.
   * @param {number} [retryAfter] Seconds after which to try again by itself.
   * @param {number} [status] Status of the server's answer, when there was one.
   * @param {string} [detail] What the server says about it.
   */
  constructor(sentence, retryAfter, status, detail = "") {
    super(sentence);
    this.retryAfter = retryAfter;
    this.status = status;
    this.detail = detail;
  }
}

/** The server wants an API key, or another one. */
export class KeyNeeded extends ServerError {}

// Requests carry keys in a header, which takes no other characters than these.
const KEY = /^[!-~]+$/;
const stored = remembered();
let key = KEY.test(stored) ? stored : "";

/**
 * Use an API key from now on, until the tab is closed.
 * @param {string} value As it was pasted; white space around it is left out.
 * @throws {ServerError} It cannot be a key.
 */
export function setKey(value) {
  const given = value.trim();
  if (!KEY.test(given)) throw new ServerError("The key holds characters that no key has; copy it again.");
  key = given;
  try {
    sessionStorage.setItem("key", given);
  } catch {
    // Where the browser stores nothing, the key holds until the page is left.
  }
}

function remembered() {
  try {
    return sessionStorage.getItem("key") ?? "";
  } catch {
    return "";
  }
}

async function reach(path, options) {
  try {
    return await fetch(path, options);
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new ServerError("The scamlint server does not answer; check that `scamlint serve` is running.", 5);
  }
}

async function request(path, body, signal) {
  const headers = key ? { Authorization: `Bearer ${key}` } : {};
  const reply = await reach(path, body === undefined ? { signal, headers } : {
    method: "POST",
    headers: { ...headers, "Content-Type": "application/json" },
    body: JSON.stringify(body),
    signal,
  });
  if (reply.ok) return reply.status === 204 ? null : reply.json();
  const problem = await reply.json().catch(() => ({}));
  if (reply.status === 401) throw new KeyNeeded(key ? "The server does not know this API key." : "This server asks for an API key.");
  throw new ServerError(sentence(reply.status, problem), retryAfter(reply), reply.status, problem.detail);
}

function retryAfter(reply) {
  if (reply.status !== 429 && reply.status !== 503) return undefined;
  const seconds = Number(reply.headers.get("Retry-After"));
  return Number.isFinite(seconds) && seconds > 0 ? Math.min(seconds, 60) : 5;
}

function sentence(status, problem) {
  if (status === 413) return `The text is longer than this server takes. ${problem.detail ?? ""}`.trim();
  if (status === 429) return "The server is busy; this page asks again in a moment.";
  if (status === 503 || status === 504) return `The server cannot do this now. ${problem.detail ?? ""}`.trim();
  return problem.detail ?? `The server answered with status ${status}.`;
}

/** The labels, in the order of the server: name, title, explanation, colour, dark, source, url, threshold. */
export async function fetchLabels() {
  return (await request("v1/labels")).labels;
}

/** The service: model, limits, whether it takes feedback. */
export function fetchInfo() {
  return request("v1/info");
}

/** The text of a sample, which needs no key. */
export async function fetchSample(file) {
  const reply = await reach(`samples/${file}`);
  if (!reply.ok) throw new ServerError(sentence(reply.status, {}), retryAfter(reply), reply.status);
  return reply.text();
}

/**
 * Scan a text.
 * @param {string} text Well-formed.
 * @param {{labels: string[], thresholds: Record<string, number>}} options
 * @param {AbortSignal} signal
 * @returns {Promise<object>} Spans with offsets in UTF-16 units, which are those of JavaScript strings.
 */
export function scan(text, { labels, thresholds }, signal) {
  return request("v1/scan", { text, offset_unit: "utf16", labels, thresholds }, signal);
}

/** Tell the server that a mark is wrong or missing. Nothing is sent again by itself. */
export async function sendFeedback(report) {
  try {
    return await request("v1/feedback", report);
  } catch (error) {
    if (error.status !== 429) throw error;
    throw new ServerError(`The server is busy and the report was not stored; send it again later. ${error.detail}`.trim());
  }
}
