/* What a pass says, and the rules by which its words make sense. */

import { isBytes, isMapOf, isUnsigned } from "./layers.js";
import { need } from "./refused.js";

const [ISS, EXP, IAT, PASS_ID, CNF, STATUS] = [1, 4, 6, 7, 8, -70001];
const [COSE_KEY, KTY, CRV, X, Y] = [1, 1, -1, -2, -3];
const EC2 = 2;
const P256 = 1;
const RED = 3;
const NAME_BYTES = 20;
const HOUR = 3600;
const DAY = 24 * HOUR;

const KINDS = new Map([
  [1, "bound"],
  [2, "live"],
  [3, "paper"],
  [4, "specimen"],
]);
const STATUS_FIELDS = {
  bound: ["colour", "name", "hour", "slot"],
  live: ["colour", "name", "hour"],
  paper: ["name"],
  specimen: ["name"],
};

/** The longest time from iat to exp that a pass of each kind may have, in seconds. */
export const MAX_LIFE = Object.freeze({
  bound: DAY,
  live: 90,
  paper: 90 * DAY,
  specimen: 366 * DAY,
});

/* Letters and marks: Unicode's general categories L and M. A browser knows those of its own
   version of Unicode; what was assigned later is refused. */
const NAME = /^[\p{L}\p{M} *·'-]*$/u;

/**
 * The claims of one pass. `iat` and `exp` are unix seconds, `passId` 16 bytes, `hour` hours since
 * 1970 of the last negative sample (0: none), `slot` list number x 2^20 + index, `holder` a
 * compressed P-256 point; what a kind does not have is null.
 * @typedef {{kind: string, iss: string, iat: number, exp: number, passId: Uint8Array,
 *   name: string, colour: ?number, hour: ?number, slot: ?number, holder: ?Uint8Array}} Claims
 */

/**
 * Return the claims of a payload already read; refuses with BAD_CLAIMS.
 *
 * Whatever a payload must be by itself is checked here; what it must be for a certain key is the
 * key's to check. That the holder's point is on the curve is left to whoever loads it.
 * @param {Map} items
 * @returns {Claims}
 */
export function parseClaims(items) {
  const { kind, status } = readStatus(items.get(STATUS));
  const claims = {
    kind,
    iss: text(items.get(ISS)),
    iat: unsigned(items.get(IAT)),
    exp: unsigned(items.get(EXP)),
    passId: bytes(items.get(PASS_ID), 16),
    name: named(status.name),
    colour: "colour" in status ? coloured(status.colour) : null,
    hour: "hour" in status ? unsigned(status.hour) : null,
    slot: "slot" in status ? unsigned(status.slot) : null,
    holder: kind === "bound" ? readHolder(items.get(CNF)) : null,
  };
  makeSense(claims, items.size);
  return claims;
}

function readStatus(item) {
  demand(Array.isArray(item) && item.length > 0);
  const [number, ...values] = item;
  demand(KINDS.has(number));
  const kind = KINDS.get(number);
  const fields = STATUS_FIELDS[kind];
  demand(values.length === fields.length);
  return { kind, status: Object.fromEntries(fields.map((field, index) => [field, values[index]])) };
}

function makeSense({ kind, iat, exp, hour, holder }, size) {
  demand(size === (holder === null ? 5 : 6));
  demand(exp > iat && exp - iat <= MAX_LIFE[kind]);
  demand(hour === null || hour * HOUR <= iat);
}

/* The compressed point of `{1: {1: 2, -1: 1, -2: x, -3: odd}}`, nothing else. */
function readHolder(item) {
  demand(isMapOf(item, [COSE_KEY]));
  const key = item.get(COSE_KEY);
  demand(isMapOf(key, [KTY, CRV, X, Y]));
  demand(key.get(KTY) === EC2 && key.get(CRV) === P256 && typeof key.get(Y) === "boolean");
  return Uint8Array.of(key.get(Y) ? 3 : 2, ...bytes(key.get(X), 32));
}

function demand(condition) {
  need(condition, "BAD_CLAIMS");
}

function unsigned(item) {
  demand(isUnsigned(item));
  return item;
}

function bytes(item, size) {
  demand(isBytes(item, size));
  return item;
}

function text(item) {
  demand(typeof item === "string");
  return item;
}

function coloured(item) {
  demand(unsigned(item) <= RED);
  return item;
}

function named(item) {
  demand(isName(text(item)));
  return item;
}

/**
 * Whether a masked name may stand in a pass: NFC, 1 to 20 bytes, nothing unseen.
 * @param {string} name
 */
export function isName(name) {
  const size = new TextEncoder().encode(name).length;
  return size >= 1 && size <= NAME_BYTES && NAME.test(name) && name === name.normalize("NFC");
}
