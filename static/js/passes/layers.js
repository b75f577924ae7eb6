/* The layers of a code: a pass, and the presentation that may lie around it. Both are COSE_Sign1
   (RFC 9052, section 4.2) under tag 18. */

import { Malformed, Sign1, read, writeStrings } from "./cbor.js";
import { Refused } from "./refused.js";

export const ALG = 1;
export const KID = 4;
export const KID_BYTES = 4;
export const ES256 = -7;
export const PRESENTATION_AAD = "HCP1P";

const SIGNATURE_BYTES = 64;

/**
 * One COSE_Sign1: its protected header, as bytes and read, its payload and signature.
 * @typedef {{protectedBytes: Uint8Array, header: Map, payload: Uint8Array, signature: Uint8Array}}
 *   Layer
 */

/**
 * A code whose structure is sound and of which nothing is believed yet. `shown` is the
 * presentation's layer and `shownAt` its time; both are null for a pass that comes bare.
 * @typedef {{issued: Layer, alg: number, kid: Uint8Array, claims: Map, shown: ?Layer,
 *   shownAt: ?number}} Code
 */

/** Return the bytes that a layer's signature is over (Sig_structure). */
export function signedBytes(layer, externalAad = "") {
  const aad = new TextEncoder().encode(externalAad);
  return writeStrings(["Signature1", layer.protectedBytes, aad, layer.payload]);
}

/**
 * Return the layers of a pass or presentation; refuses with UNREADABLE.
 * @param {Uint8Array} data
 * @returns {Code}
 */
export function readCode(data) {
  try {
    const outer = readLayer(data);
    return isPresentation(outer.header) ? readPresentation(outer) : readPass(outer);
  } catch (error) {
    throw error instanceof Malformed ? new Refused("UNREADABLE") : error;
  }
}

function isPresentation(header) {
  return header.size === 1 && header.get(ALG) === ES256;
}

function readPresentation(shown) {
  const items = read(shown.payload);
  if (Array.isArray(items) && items.length === 2) {
    const [shownAt, issued] = items;
    if (isUnsigned(shownAt) && issued instanceof Uint8Array) {
      return { ...readPass(readLayer(issued)), shown, shownAt };
    }
  }
  throw new Malformed("not a time and a pass");
}

function readPass(issued) {
  const claims = readMap(issued.payload);
  const alg = issued.header.get(ALG);
  const kid = issued.header.get(KID);
  if (issued.header.size !== 2 || typeof alg !== "number" || !isBytes(kid, KID_BYTES)) {
    throw new Malformed("not the header of a pass");
  }
  return { issued, alg, kid, claims, shown: null, shownAt: null };
}

/** Return the parts of one tagged COSE_Sign1; throws Malformed. */
export function readLayer(data) {
  const sign1 = read(data);
  const parts = sign1 instanceof Sign1 ? sign1.item : null;
  if (Array.isArray(parts) && parts.length === 4 && isSealed(parts)) {
    const [protectedBytes, , payload, signature] = parts;
    return { protectedBytes, header: readMap(protectedBytes), payload, signature };
  }
  throw new Malformed("not a tagged COSE_Sign1");
}

function isSealed([protectedBytes, unprotected, payload, signature]) {
  return (
    protectedBytes instanceof Uint8Array &&
    unprotected instanceof Map &&
    unprotected.size === 0 &&
    payload instanceof Uint8Array &&
    isBytes(signature, SIGNATURE_BYTES)
  );
}

/** Return the map that `data` is; throws Malformed. */
export function readMap(data) {
  const item = read(data);
  if (!(item instanceof Map)) throw new Malformed("not a map");
  return item;
}

/** Whether an item read is an unsigned number. */
export function isUnsigned(item) {
  return typeof item === "number" && item >= 0;
}

/** Whether an item read is a byte string of this size. */
export function isBytes(item, size) {
  return item instanceof Uint8Array && item.length === size;
}

/** Whether an item read is a map of exactly these keys. */
export function isMapOf(item, keys) {
  return item instanceof Map && item.size === keys.length && keys.every((key) => item.has(key));
}
