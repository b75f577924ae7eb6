/* What the three signed lists have in common: why one is refused, and how long it counts.

   A gate holds a list of keys, a state that can only take keys away, and lists of withdrawn
   passes. Each is a COSE_Sign1 read by the reader of passes. */

import { toHex } from "./bytes.js";
import { Malformed } from "./cbor.js";
import { ALG, ES256, KID, KID_BYTES, isBytes, isMapOf, isUnsigned } from "./layers.js";
import { readLayer, readMap, signedBytes } from "./layers.js";
import { signedBy } from "./trust.js";

export const EXP = 4;
export const IAT = 6;
export const VERSION = -70002;
export const DAY = 86400;

/* Seconds by which a signer's clock may be ahead of the gate's. */
const EARLY = 30;

/** Why a list is not taken, in the order in which they are looked for. */
export const CAUSES = Object.freeze([
  "malformed",
  "unknown_key",
  "bad_signature",
  "wrong_list",
  "not_yet",
  "expired",
  "rolled_back",
]);

/** A list was not taken; what is held stays as it was. `reason` is one of CAUSES. */
export class ListRefused extends Error {
  constructor(reason) {
    super(reason);
    this.name = "ListRefused";
    this.reason = reason;
  }
}

/** Refuse with the cause unless the condition holds. */
export function demand(condition, cause) {
  if (!condition) throw new ListRefused(cause);
}

/**
 * Return a list's layer and its payload, which has exactly these members; refuses as malformed.
 * @param {Uint8Array} data
 * @param {number[]} members
 */
export function opened(data, members) {
  try {
    const layer = readLayer(data);
    const items = readMap(layer.payload);
    demand(isMapOf(items, members), "malformed");
    return { layer, items };
  } catch (error) {
    throw error instanceof Malformed ? new ListRefused("malformed") : error;
  }
}

/** Return the kid, in hex, of a header that is `{1: -7, 4: kid}` and `others`, nothing else. */
export function kidOf(header, others = []) {
  const kid = header.get(KID);
  demand(isMapOf(header, [ALG, KID, ...others.map(([key]) => key)]), "malformed");
  demand(header.get(ALG) === ES256 && isBytes(kid, KID_BYTES), "malformed");
  demand(others.every(([key, value]) => header.get(key) === value), "malformed");
  return toHex(kid);
}

/** Return iat and exp, at most `longest` seconds apart. */
export function timesOf(items, longest) {
  const iat = natural(items.get(IAT));
  const exp = natural(items.get(EXP));
  demand(exp > iat && exp - iat <= longest, "malformed");
  return { iat, exp };
}

/** Return a version: a number from 1. */
export function versionOf(items) {
  const version = natural(items.get(VERSION));
  demand(version > 0, "malformed");
  return version;
}

/** Return an unsigned number. */
export function natural(item) {
  demand(isUnsigned(item), "malformed");
  return item;
}

/** Refuse what no key that may sign states at `iat` has signed; return the key that did. */
export async function stateKey({ keys, killed, kid, iat, now }, layer, externalAad) {
  const found = keys.filter((key) => key.kid === kid);
  demand(found.length === 1 && !new Set(killed).has(kid), "unknown_key");
  const [key] = found;
  const inOffice = key.signFrom <= iat && iat < key.signUntil && now < key.verifyUntil;
  demand(key.kinds.includes("state") && inOffice, "unknown_key");
  const message = signedBytes(layer, externalAad);
  demand(await signedBy(key, message, layer.signature, ES256), "bad_signature");
  return key;
}

/** Refuse what was made in the future or is over. */
export function demandCurrent({ iat, exp }, now) {
  demand(now >= iat - EARLY, "not_yet");
  demand(now < exp, "expired");
}
