/* Judges mutants with the verifier in JavaScript: the first line of input holds the `keys` of codes
   and what signed `lists` suppose, each further one an array of cases of either; each answer is an
   array of what came out. */

import { createInterface } from "node:readline";
import { Malformed, read } from "../../static/js/passes/cbor.js";
import * as passes from "../../static/js/passes/index.js";
import { Refused } from "../../static/js/passes/refused.js";
import { readText } from "../../static/js/passes/text.js";
import { causeOf, judged, keyLists, toHex } from "../vectors/cases.mjs";

let supposed;
let keys;

for await (const line of createInterface({ input: process.stdin })) {
  const given = JSON.parse(line);
  if (supposed) {
    console.log(JSON.stringify(await Promise.all(given.map(answer))));
  } else {
    supposed = given.lists;
    keys = await keyLists(passes, given.keys);
  }
}

/* Outcome, reason and whatever is told, or a list's cause; or the error that should not have
   escaped. */
async function answer(vector) {
  try {
    if (vector.what) return await causeOf(passes, supposed, vector);
    readAlone(vector);
    return told(await judged(passes, keys, vector));
  } catch (error) {
    return { escaped: error.stack };
  }
}

/* The readers by themselves throw their own errors and no others. */
function readAlone({ text, clean }) {
  try {
    read(readText(clean ? passes.clean(text) : text));
  } catch (error) {
    if (!(error instanceof Refused || error instanceof Malformed)) throw error;
  }
}

function told({ outcome, reason, claims, shownAt, colour }) {
  if (claims === null) return [outcome, reason, shownAt, colour, null];
  const { kind, iss, iat, exp, passId, name, hour, slot, holder } = claims;
  const said = [kind, iss, iat, exp, toHex(passId), name, claims.colour, hour, slot];
  return [outcome, reason, shownAt, colour, [...said, holder && toHex(holder)]];
}
