// What each tab shows: the badge, and the state of its frames for the popup.

const states = chrome.storage.session;
const key = (tabId) => `tab:${tabId}`;
let last = Promise.resolve();

/** State of a tab's frames: frame id -> {count, reason, sentence}. */
export async function framesOf(tabId) {
  return (await states.get(key(tabId)))[key(tabId)] ?? {};
}

/** Note the state of a frame and draw the badge. The top frame's greeting forgets the page before. */
export function noteFrame(tabId, frameId, state, fresh = false) {
  last = last.catch(() => {}).then(async () => {
    const frames = fresh && frameId === 0 ? {} : await framesOf(tabId);
    frames[frameId] = state;
    await states.set({ [key(tabId)]: frames });
    await draw(tabId, Object.values(frames));
  });
  return last;
}

export function forgetTab(tabId) {
  return states.remove(key(tabId));
}

async function draw(tabId, frames) {
  const count = frames.reduce((sum, frame) => sum + (frame.count ?? 0), 0);
  const sentence = frames.find((frame) => frame.sentence)?.sentence;
  const text = sentence ? "!" : count ? (count > 999 ? "999+" : String(count)) : "";
  const title = sentence ?? (count ? `scamlint: ${count} ${count === 1 ? "mark" : "marks"} on this page` : "scamlint");
  try {
    await chrome.action.setBadgeText({ tabId, text });
    await chrome.action.setBadgeBackgroundColor({ tabId, color: sentence ? "#8a2b16" : "#17495f" });
    await chrome.action.setBadgeTextColor?.({ tabId, color: "#ffffff" });
    await chrome.action.setTitle({ tabId, title });
  } catch {
    // The tab was closed in the meantime.
  }
}
