/* The text inside the QR code: a prefix with the version, then base32 (RFC 4648). */

import { need } from "./refused.js";

const PREFIX = "HCP:/1/";
const LONGEST = 483;
const ANY_VERSION = /^HCP:\/[1-9][0-9]*\//;
const BASE32 = /^[A-Z2-7]+$/;
const IMPOSSIBLE_REMAINDERS = [1, 3, 6];

const WHITE = " \t\n\r\f\v";
const FULL_WIDTH = /[\uff01-\uff5e]/g;
const LOWER = /[a-z]+/g;
const TO_ASCII = 0xfee0;

/**
 * Undo what keyboards and input methods do to a scanned text, once, before it is judged: white
 * space around it, full-width characters, small letters. Whatever else is wrong stays wrong.
 * @param {string} text
 */
export function clean(text) {
  return trimmed(text)
    .replace(FULL_WIDTH, (char) => String.fromCharCode(char.charCodeAt(0) - TO_ASCII))
    .replace(LOWER, (letters) => letters.toUpperCase());
}

function trimmed(text) {
  let start = 0;
  let end = text.length;
  while (start < end && WHITE.includes(text[start])) start += 1;
  while (end > start && WHITE.includes(text[end - 1])) end -= 1;
  return text.slice(start, end);
}

/**
 * Return the bytes a text carries. Refuses with FOREIGN (not a code of this system), UPDATE (a
 * newer version of it) or UNREADABLE.
 * @param {string} text
 */
export function readText(text) {
  need(text.startsWith("HCP:/"), "FOREIGN");
  const ours = text.startsWith(PREFIX);
  need(ours || !ANY_VERSION.test(text), "UPDATE");
  need(ours && text.length <= LONGEST, "UNREADABLE");
  return fromBase32(text.slice(PREFIX.length));
}

/* Each byte string has one text: padding and spare bits other than zero are refused. */
function fromBase32(body) {
  need(BASE32.test(body) && !IMPOSSIBLE_REMAINDERS.includes(body.length % 8), "UNREADABLE");
  const bytes = new Uint8Array(Math.floor((5 * body.length) / 8));
  let bits = 0;
  let held = 0;
  let at = 0;
  for (let index = 0; index < body.length; index += 1) {
    bits = (bits << 5) | digit(body.charCodeAt(index));
    held += 5;
    if (held >= 8) {
      held -= 8;
      bytes[at] = bits >> held;
      bits &= (1 << held) - 1;
      at += 1;
    }
  }
  need(bits === 0, "UNREADABLE");
  return bytes;
}

/* A to Z are 0 to 25, 2 to 7 are 26 to 31. */
function digit(code) {
  return code >= 65 ? code - 65 : code - 24;
}
