/* ES256 (RFC 9053, section 2.1): ECDSA with SHA-256 on P-256, signatures as r then s. */

import { inRange, uncompressed } from "./p256.js";

const CURVE = { name: "ECDSA", namedCurve: "P-256" };
const ECDSA = { name: "ECDSA", hash: "SHA-256" };

/**
 * Return the key of a point, compressed or not; null for one that is not on the curve.
 * @param {Uint8Array} point
 * @returns {Promise<?CryptoKey>}
 */
export async function importPoint(point) {
  const raw = uncompressed(point);
  return raw && crypto.subtle.importKey("raw", raw, CURVE, true, ["verify"]);
}

/**
 * Whether the 64 bytes are this key's signature of the message.
 * @param {CryptoKey} key
 * @param {Uint8Array} message
 * @param {Uint8Array} signature
 */
export async function verifies(key, message, signature) {
  return inRange(signature) && crypto.subtle.verify(ECDSA, key, signature, message);
}
