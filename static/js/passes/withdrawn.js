/* The lists of withdrawn passes: Status List Tokens in their CWT form, one bit a pass, after
   draft-ietf-oauth-status-list: bits counted from the least significant, zlib. */

import { inflate } from "./inflate.js";
import { DAY, EXP, IAT, demand, demandCurrent } from "./signed.js";
import { kidOf, natural, opened, stateKey, timesOf } from "./signed.js";
import { isMapOf } from "./layers.js";

const LIST_LIFE = DAY;
const LIST_BYTES = 2 ** 20 / 8;
const [SUB, STATUS_LIST, TTL] = [2, 65533, 65534];
const MEMBERS = [SUB, EXP, IAT, STATUS_LIST, TTL];
const TYPE = [[16, "application/statuslist+cwt"]];

/**
 * One list that was found in order: bit i is 1 where the pass in slot i is withdrawn.
 * @typedef {{number: number, iat: number, exp: number, bits: Uint8Array}} WithdrawnList
 */

/**
 * Return the list of this number if it may take the place of the one held; throws ListRefused.
 * @param {Uint8Array} data
 * @param {number} number
 * @param {{keyList: import("./key_list.js").KeyList, killed?: Iterable<string>,
 *   held?: ?WithdrawnList, now: number}} circumstances
 * @returns {Promise<WithdrawnList>}
 */
export async function readWithdrawn(data, number, { keyList, killed = [], held = null, now }) {
  const { layer, items } = opened(data, MEMBERS);
  const kid = kidOf(layer.header, TYPE);
  const { lst, ...times } = readMembers(items);
  const bits = await inflate(lst, LIST_BYTES);
  demand(bits !== null && bits.length > 0, "malformed");
  const list = { number, ...times, bits };
  const { iat } = list;
  const key = await stateKey({ keys: keyList.keys, killed, kid, iat, now }, layer);
  demand(items.get(SUB) === `urn:healthcode:${key.iss}:withdrawn:${number}`, "wrong_list");
  demandCurrent(list, now);
  demand(held === null || iat >= held.iat, "rolled_back");
  return list;
}

function readMembers(items) {
  demand(typeof items.get(SUB) === "string", "malformed");
  natural(items.get(TTL));
  const list = items.get(STATUS_LIST);
  demand(isMapOf(list, ["lst", "bits"]) && list.get("bits") === 1, "malformed");
  demand(list.get("lst") instanceof Uint8Array, "malformed");
  return { lst: list.get("lst"), ...timesOf(items, LIST_LIFE) };
}
