/* What a gate without network goes by: the signed lists it took, and what they answer. */

import { DAY } from "./signed.js";

export { readKeyList } from "./key_list.js";
export { readState } from "./state.js";
export { readWithdrawn } from "./withdrawn.js";

/* Seconds after which a state or a list of withdrawn passes is stale. */
const FRESH = DAY;
const SLOTS = 2 ** 20;

/**
 * What the lists held say about a slot: "valid", "withdrawn", or "stale" when there is no list
 * that can be relied on.
 * @param {import("./withdrawn.js").WithdrawnList[]} lists
 * @param {number} slot list number x 2^20 + index
 * @param {number} now unix seconds
 */
export function listingOf(lists, slot, now) {
  const number = Math.floor(slot / SLOTS);
  const index = slot % SLOTS;
  const list = lists.find((held) => held.number === number);
  if (!list || now - list.iat > FRESH || now >= list.exp) return "stale";
  if (index >= 8 * list.bits.length) return "stale";
  return (list.bits[index >> 3] >> (index & 7)) & 1 ? "withdrawn" : "valid";
}

/**
 * Whether the newest state is a day old at most and speaks of the key list held.
 * @param {?import("./state.js").State} state
 * @param {?import("./key_list.js").KeyList} keyList
 * @param {number} now unix seconds
 */
export function keysFresh(state, keyList, now) {
  if (!state || !keyList) return false;
  return now - state.iat <= FRESH && now < keyList.exp && state.version <= keyList.version;
}
