/* The list of keys, signed by the offline root: whom a gate believes. The list carries the root's
   public key; a gate was told the root's SHA-256 when it was enrolled, and takes no list of
   another root. */

import { toHex } from "./bytes.js";
import { importPoint, verifies } from "./es256.js";
import { ALG, ES256, KID_BYTES, isBytes, isMapOf, signedBytes } from "./layers.js";
import { DAY, EXP, IAT, VERSION, demand, demandCurrent } from "./signed.js";
import { natural, opened, timesOf, versionOf } from "./signed.js";
import { isIssuer } from "./trust.js";

const KEYS_LIFE = 30 * DAY;
const KEYS_AAD = "HCP1K";
const KEYS = -70003;
const ROOT = -70005;
const MEMBERS = [EXP, IAT, VERSION, KEYS, ROOT];
const KEY_MEMBERS = [1, 2, 3, 4, 5, 6, 7, 8];
const [KTY, CRV, X, Y] = [1, -1, -2, -3];
const UNCOMPRESSED = 4;
const POINT_BYTES = 65;
const KINDS = new Map([
  [1, "bound"],
  [2, "live"],
  [3, "paper"],
  [4, "specimen"],
  [5, "state"],
]);

/**
 * A key list that was found in order; times are unix seconds.
 * @typedef {{version: number, iat: number, exp: number, keys: import("./trust.js").Key[]}} KeyList
 */

/**
 * Return a key list that may take the place of the one held; throws ListRefused.
 * @param {Uint8Array} data
 * @param {{pin: Uint8Array, held?: ?KeyList, now: number}} circumstances `pin` is the SHA-256 of
 *   the root's uncompressed point
 * @returns {Promise<KeyList>}
 */
export async function readKeyList(data, { pin, held = null, now }) {
  const { layer, items } = opened(data, MEMBERS);
  demand(layer.header.size === 1 && layer.header.get(ALG) === ES256, "malformed");
  const list = { version: versionOf(items), ...timesOf(items, KEYS_LIFE) };
  const root = await loaded(items.get(ROOT));
  list.keys = await readKeys(items.get(KEYS));
  demand(await isPinned(items.get(ROOT), pin), "bad_signature");
  demand(await verifies(root, signedBytes(layer, KEYS_AAD), layer.signature), "bad_signature");
  demandCurrent(list, now);
  demand(held === null || !isOlder(list, held), "rolled_back");
  return list;
}

function isOlder(list, held) {
  return list.version < held.version || (list.version === held.version && list.iat < held.iat);
}

async function isPinned(root, pin) {
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", root));
  return toHex(hash) === toHex(pin);
}

async function readKeys(items) {
  demand(Array.isArray(items), "malformed");
  const keys = await Promise.all(items.map(readKey));
  return keys.filter((key) => key !== null);
}

/* A key, or null for one whose algorithm is not known here. */
async function readKey(item) {
  demand(isMapOf(item, KEY_MEMBERS), "malformed");
  const [kid, coseKey, alg, iss, kinds, ...times] = KEY_MEMBERS.map((label) => item.get(label));
  demand(isBytes(kid, KID_BYTES) && typeof alg === "number" && isIssuer(iss), "malformed");
  const [signFrom, signUntil, verifyUntil] = times.map(natural);
  const office = { kid: toHex(kid), alg, iss, kinds: readKinds(kinds) };
  if (alg !== ES256) return null;
  const point = pointOf(coseKey);
  const cryptoKey = await loaded(point);
  return { ...office, public: toHex(point), signFrom, signUntil, verifyUntil, cryptoKey };
}

function readKinds(items) {
  demand(Array.isArray(items) && items.length > 0, "malformed");
  const ascending = items.every((number, index) => index === 0 || items[index - 1] < number);
  demand(ascending && items.every((number) => KINDS.has(number)), "malformed");
  return items.map((number) => KINDS.get(number));
}

function pointOf(item) {
  demand(isMapOf(item, [KTY, CRV, X, Y]), "malformed");
  const [x, y] = [item.get(X), item.get(Y)];
  demand(item.get(KTY) === 2 && item.get(CRV) === 1, "malformed");
  demand(isBytes(x, 32) && isBytes(y, 32), "malformed");
  return Uint8Array.of(UNCOMPRESSED, ...x, ...y);
}

/* The key of an uncompressed point on the curve. */
async function loaded(item) {
  demand(isBytes(item, POINT_BYTES) && item[0] === UNCOMPRESSED, "malformed");
  const key = await importPoint(item);
  demand(key !== null, "malformed");
  return key;
}
