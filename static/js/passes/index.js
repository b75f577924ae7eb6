/* The verifier of passes: one outcome and exactly one reason for any text whatever, and the
   readers of the signed lists a gate goes by. It says the same as healthcode/passes, which
   tests/vectors prove; the format is written out in docs/pass-format.md. It runs in browsers and
   in Node, depends on nothing, reads no clock and keeps nothing. */

export { MAX_LIFE, isName } from "./claims.js";
export { keysFresh, listingOf, readKeyList, readState, readWithdrawn } from "./lists.js";
export { CAUSES, ListRefused } from "./signed.js";
export { clean } from "./text.js";
export { importKeys } from "./trust.js";
export { check, conclude, judge } from "./verify.js";
