// Reading files as text.

export class FileError extends Error {}

/**
 * Read a file as text: UTF-8, UTF-16 with a byte order mark, else Windows-1252. HTML becomes its visible text.
 * @param {File} file
 * @param {number} limit Bytes that are read at most.
 * @returns {Promise<string>}
 */
export async function readFile(file, limit) {
  if (file.size > limit) {
    throw new FileError(`The file has ${megabytes(file.size)} MB and this server takes ${megabytes(limit)} MB; use \`scamlint batch\` for large files.`);
  }
  const bytes = new Uint8Array(await file.arrayBuffer());
  const text = decode(bytes);
  if (text === null) {
    throw new FileError("This is not a text file; save the document as text first, or use `scamlint batch`, which reads PDF and Word.");
  }
  return /\.html?$/i.test(file.name) || file.type === "text/html" ? visibleText(text) : text;
}

const megabytes = (bytes) => (bytes / 1e6).toFixed(1);

function decode(bytes) {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder("utf-16le").decode(bytes);
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return new TextDecoder("utf-16be").decode(bytes);
  if (bytes.subarray(0, 4096).includes(0)) return null;
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder("windows-1252").decode(bytes);
  }
}

// What begins and ends lines.
const BLOCKS = "address, article, aside, blockquote, caption, dd, details, div, dl, dt, fieldset, figcaption, figure, footer, form, "
  + "h1, h2, h3, h4, h5, h6, header, hr, legend, li, main, ol, option, p, pre, section, summary, table, tr, ul";

// Parsed, never shown: DOMParser runs no scripts and loads nothing.
function visibleText(html) {
  const page = new DOMParser().parseFromString(html, "text/html");
  page.querySelectorAll("script, style, noscript, template, head, nav").forEach((node) => node.remove());
  page.querySelectorAll("br").forEach((node) => node.replaceWith("\n"));
  page.querySelectorAll("td, th").forEach((node) => node.append(" "));
  for (const node of page.querySelectorAll(BLOCKS)) {
    node.before("\n");
    node.append("\n");
  }
  return page.body.textContent.replace(/[ \t\r]+/g, " ").replace(/ ?\n ?/g, "\n").replace(/\n{3,}/g, "\n\n").trim();
}
