// What each tab shows: the badge, and the state of its frames for the popup.

const states = chrome.storage.session;
export const keyOf = (tabId) => `tab:${tabId}`;
let last = Promise.resolve();

/** State of a tab's frames: frame id -> {count, reason, sentence, since}. */
export async function framesOf(tabId) {
  return (await states.get(keyOf(tabId)))[keyOf(tabId)] ?? {};
}

/**
 * Note the state of a frame and draw the badge. A greeting says since when the frame's document is there; that of the
 * top frame forgets the frames of the page before, but not those that greeted before it.
 */
export function noteFrame(tabId, frameId, state, since = null) {
  return change(tabId, (frames) => {
    if (since !== null && frameId === 0) {
      for (const [id, frame] of Object.entries(frames)) if (frame.since < since) delete frames[id];
    }
    frames[frameId] = { ...state, since: since ?? frames[frameId]?.since ?? 0 };
  });
}

/** Forget a frame whose document has gone, unless another document has greeted from it already. */
export function forgetFrame(tabId, frameId, since) {
  return change(tabId, (frames) => {
    if (frames[frameId]?.since === since) delete frames[frameId];
  });
}

/** Change the state of a tab's frames, one change after the other, and draw the badge. */
function change(tabId, edit) {
  last = last.catch(() => {}).then(async () => {
    const frames = await framesOf(tabId);
    edit(frames);
    await states.set({ [keyOf(tabId)]: frames });
    await draw(tabId, Object.values(frames));
  });
  return last;
}

export function forgetTab(tabId) {
  return states.remove(keyOf(tabId));
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
