/* Whom a gate believes: the issuers' public keys and what each may sign. */

import { fromHex, toHex } from "./bytes.js";
import { importPoint, verifies } from "./es256.js";
import { ES256, KID_BYTES } from "./layers.js";
import { need } from "./refused.js";

const ISS = /^[\x00-\x7f]{2,6}$/;

/**
 * A public key and its office: it signs as `iss` the `kinds` given, with iat in [signFrom,
 * signUntil), and counts as absent from `verifyUntil` on; times are unix seconds. `kid` is 4
 * bytes in hex, `public` a point in hex, compressed or not.
 * @typedef {{kid: string, alg: number, public: string, iss: string, kinds: string[],
 *   signFrom: number, signUntil: number, verifyUntil: number}} Facts
 */

/**
 * The same, with the key as WebCrypto holds it. It can be kept in IndexedDB.
 * @typedef {Facts & {cryptoKey: CryptoKey}} Key
 */

/**
 * Return the keys ready to verify, once for many codes. A key of an algorithm not known here is
 * left out; throws TypeError for what no key of this format can be.
 * @param {Facts[]} list
 * @returns {Promise<Key[]>}
 */
export async function importKeys(list) {
  return Promise.all(list.filter(({ alg }) => alg === ES256).map(ready));
}

async function ready(facts) {
  const cryptoKey = await importPoint(fromHex(facts.public));
  const kid = toHex(fromHex(facts.kid));
  if (!cryptoKey || kid.length !== 2 * KID_BYTES || !isIssuer(facts.iss)) {
    throw new TypeError("not a key of passes");
  }
  return { ...facts, kid, cryptoKey };
}

/** Whether a text names an issuer: 2 to 6 ASCII characters. */
export function isIssuer(iss) {
  return typeof iss === "string" && ISS.test(iss);
}

/**
 * Return the key of a kid; refuses with UNKNOWN_ISSUER or KEY_KILLED. A kid that two keys share
 * names neither.
 * @param {Key[]} keys
 * @param {Iterable<string>} killed kids in hex
 * @param {Uint8Array} kid
 * @param {number} now unix seconds
 */
export function trusted(keys, killed, kid, now) {
  const name = toHex(kid);
  const found = keys.filter((key) => key.kid === name);
  need(found.length === 1 && now < found[0].verifyUntil, "UNKNOWN_ISSUER");
  need(!new Set(killed).has(name), "KEY_KILLED");
  return found[0];
}

/** Whether this key signed the message. A header that names another alg lies. */
export async function signedBy(key, message, signature, alg) {
  return alg === key.alg && verifies(key.cryptoKey, message, signature);
}

/** Whether the claims lie within the key's office. */
export function maySign(key, { kind, iss, iat }) {
  return key.kinds.includes(kind) && iss === key.iss && key.signFrom <= iat && iat < key.signUntil;
}
