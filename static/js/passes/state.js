/* The state: which keys were killed, said every few seconds by an online key. It can only take
   away. Whoever holds its key can make gates refuse; nobody can make them believe a key that the
   root did not list. */

import { compare, toHex } from "./bytes.js";
import { KID_BYTES, isBytes } from "./layers.js";
import { DAY, EXP, IAT, VERSION, demand, demandCurrent } from "./signed.js";
import { kidOf, opened, stateKey, timesOf, versionOf } from "./signed.js";

const STATE_LIFE = DAY;
const STATE_AAD = "HCP1S";
const KILLED = -70004;
const MEMBERS = [EXP, IAT, VERSION, KILLED];

/**
 * What is true of the keys at `iat`: the version of their list, and the killed kids in hex.
 * @typedef {{version: number, iat: number, exp: number, killed: string[]}} State
 */

/**
 * Return a state that may take the place of the one held; throws ListRefused.
 * @param {Uint8Array} data
 * @param {{keyList: import("./key_list.js").KeyList, killed?: Iterable<string>, held?: ?State,
 *   now: number}} circumstances `killed` are the kids that any state ever named
 * @returns {Promise<State>}
 */
export async function readState(data, { keyList, killed = [], held = null, now }) {
  const { layer, items } = opened(data, MEMBERS);
  const kid = kidOf(layer.header);
  const state = { version: versionOf(items), ...timesOf(items, STATE_LIFE) };
  state.killed = readKids(items.get(KILLED));
  const { iat } = state;
  await stateKey({ keys: keyList.keys, killed, kid, iat, now }, layer, STATE_AAD);
  demandCurrent(state, now);
  demand(held === null || iat >= held.iat, "rolled_back");
  return state;
}

function readKids(items) {
  demand(Array.isArray(items), "malformed");
  demand(items.every((kid) => isBytes(kid, KID_BYTES)), "malformed");
  const ascending = items.every((kid, index) => index === 0 || compare(items[index - 1], kid) < 0);
  demand(ascending, "malformed");
  return items.map(toHex);
}
