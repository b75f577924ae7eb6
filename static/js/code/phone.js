/* The code that works without network: which pass may be shown beside the card that is on the
   page, when the next is fetched, and a fresh presentation every half minute. */

import { fetchBound, stored } from "./bound.js";
import { draw } from "./drawing.js";
import { present } from "./presentation.js";
import { CHANNEL } from "./wallet.js";

const SECOND = 1000;
const REDRAW = 30 * SECOND;
const OLD = 8 * 3600 * SECOND;
/* Seconds until the next try, by the reason why there is no pass; never for the others. */
const AGAIN = { offline: 30, live_only: 300, too_many_passes: 3600, signer_unreachable: 60 };
const NEVER = ["unable", "not_the_phone", "holder_invalid"];

let record = null;
let card = null;
let drawnAt = -Infinity;
let nextTry = 0;
let busy = false;

/* Look what this phone holds; to be awaited before anything else here. Whoever signs out in one
   tab signs out in all. */
export async function open() {
  record = await stored();
  if ("BroadcastChannel" in globalThis) new BroadcastChannel(CHANNEL).onmessage = drop;
}

/* The card on the page is another now; a decision that is new asks for a pass at once. */
export function adopt(element) {
  if (card && card.dataset.seen !== element.dataset.seen) nextTry = 0;
  card = element;
  // Somebody else signed in on this phone, perhaps in another tab.
  if (record && record.holder !== card.dataset.holder) drop();
  drawnAt = -Infinity;
  card.dataset.code = "live";
}

/* Whether there is a pass to show at `time` (ms): of the colour that the card names. */
export function usable(time) {
  if (record?.holder !== card.dataset.holder) return false;
  if (record.colour !== card.dataset.colour) return false;
  return record.iat * SECOND <= time && time < record.exp * SECOND;
}

/* The key that signed the pass in use; empty where there is none. */
export function kid() {
  return record?.kid ?? "";
}

/* The pass is not to be shown any more: gates refuse it, or its holder is another. */
export function drop() {
  record = null;
  nextTry = 0;
}

export function expiresAt() {
  return record.exp * SECOND;
}

export function issuedAt() {
  return record.iat * SECOND;
}

/* Draw what is to be drawn, and fetch what is to be fetched. */
export async function tick(time) {
  if (busy) return;
  busy = true;
  try {
    if (isWanted(time)) await renew(time, false);
    if (usable(time)) await redraw(time);
    else card.dataset.code = "live";
  } finally {
    busy = false;
  }
}

/* Make this browser the citizen's phone, at the holder's word. */
export async function move(time) {
  await renew(time, true);
  await tick(time);
}

function isWanted(time) {
  if (!navigator.onLine || document.hidden || time < nextTry) return false;
  if (!record || time >= record.exp * SECOND) return true;
  return record.seen !== card.dataset.seen || time - record.iat * SECOND > OLD;
}

async function renew(time, moved) {
  const csrf = document.querySelector("[name=csrfmiddlewaretoken]")?.value ?? "";
  const answer = await fetchBound({ url: card.dataset.boundUrl, csrf, move: moved });
  if (answer.pass) record = answer.pass;
  card.dataset.phone = answer.pass ? "this" : answer.code;
  if (answer.pass) drawnAt = -Infinity;
  nextTry = answer.pass ? time + 60 * SECOND : time + pause(answer.code);
}

function pause(code) {
  return NEVER.includes(code) ? Infinity : (AGAIN[code] ?? 60) * SECOND;
}

async function redraw(time) {
  if (time - drawnAt < REDRAW && time >= drawnAt) return;
  const shown = card;
  const text = await present(record.pass, record.keys.privateKey, Math.floor(time / SECOND));
  draw(shown.querySelector(".frame__canvas"), text);
  shown.dataset.code = "bound";
  drawnAt = time;
}
