// Going from mark to mark through the frames of a tab.

import { framesOf } from "./tabs.js";

const tell = (tabId, frameId, message) => chrome.tabs.sendMessage(tabId, message, { frameId }).catch(() => null);

/** The frames that have marks, the page itself first, and where the user is in them. */
async function placesIn(tabId) {
  const ids = Object.keys(await framesOf(tabId)).map(Number).sort((a, b) => a - b);
  const places = await Promise.all(ids.map(async (frameId) => ({ frameId, ...(await tell(tabId, frameId, { type: "place" })) })));
  return places.filter(({ count }) => count > 0);
}

/** Go to the next mark, or with -1 to the one before. After the last one of a frame comes the first one of the next frame. */
export async function step(tabId, by) {
  const places = await placesIn(tabId);
  if (!places.length) return;
  const [here] = places.filter(({ index }) => index >= 0).sort((a, b) => b.wentAt - a.wentAt);
  if (!here) {
    await tell(tabId, places[0].frameId, { type: "step", by });
    return;
  }
  const index = here.index + by;
  if (index >= 0 && index < here.count) {
    await tell(tabId, here.frameId, { type: "go", index });
    return;
  }
  const next = places.at((places.indexOf(here) + by) % places.length);
  if (next !== here) await tell(tabId, here.frameId, { type: "hide" });
  await tell(tabId, next.frameId, { type: "go", index: by > 0 ? 0 : next.count - 1 });
}
