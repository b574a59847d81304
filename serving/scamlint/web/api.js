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

let key = sessionStorage.getItem("key") ?? "";

/** Use an API key from now on, until the tab is closed. */
export function setKey(value) {
  key = value;
  sessionStorage.setItem("key", value);
}

async function request(path, body, signal) {
  let reply;
  try {
    const headers = key ? { Authorization: `Bearer ${key}` } : {};
    reply = await fetch(path, body === undefined ? { signal, headers } : {
      method: "POST",
      headers: { ...headers, "Content-Type": "application/json" },
      body: JSON.stringify(body),
      signal,
    });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new ServerError("The scamlint server does not answer; check that `scamlint serve` is running.", 5);
  }
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
