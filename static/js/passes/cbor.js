/* Canonical CBOR (RFC 8949, section 4.2.1), as much of it as a pass needs, and no more.

   One encoding of each value is accepted, so nothing needs to be encoded again to know that the
   bytes read are the bytes signed. Integers become numbers, byte strings Uint8Array, text
   strings, arrays Array, maps Map; an item under tag 18, the only tag, becomes a Sign1. */

import { compare } from "./bytes.js";

const DEPTH = 6;
const CNF = 8;
const SIGN1 = 18;
const [UNSIGNED, NEGATIVE, BYTES, TEXT, ARRAY, MAP, , SIMPLE] = Array(8).keys();
const FALSE = 0xf4;
const TRUE = 0xf5;
const WIDTHS = new Map([[24, 1], [25, 2], [26, 4]]);
const LEAST = new Map([[24, 24], [25, 1 << 8], [26, 1 << 16]]);

/** The bytes are not canonical CBOR as defined here. */
export class Malformed extends Error {}

/** An item under tag 18. */
export class Sign1 {
  constructor(item) {
    this.item = item;
  }
}

/**
 * Return the one item that `data` is, or throw Malformed.
 *
 * Integers lie within 32 bits either side of zero; map keys are integers or text, strictly
 * ascending as bytes; true and false occur only below key 8 of the outermost map.
 * @param {Uint8Array} data
 */
export function read(data) {
  const reader = new Reader(data);
  const item = reader.item(1, false);
  if (reader.at !== data.length) throw new Malformed("bytes after the item");
  return item;
}

class Reader {
  constructor(data) {
    this.data = data;
    this.at = 0;
  }

  item(depth, truth) {
    if (depth > DEPTH || this.at >= this.data.length) throw new Malformed("too deep, or cut short");
    const major = this.data[this.at] >> 5;
    if (major === SIMPLE) return this.truth(truth);
    const size = this.head();
    if (major === UNSIGNED) return size;
    if (major === NEGATIVE) return -1 - size;
    if (major === BYTES) return this.string(size).slice();
    if (major === TEXT) return decoded(this.string(size));
    return this.container(major, size, depth, truth);
  }

  head() {
    const low = this.data[this.at] & 0x1f;
    this.at += 1;
    if (low < 24) return low;
    if (!WIDTHS.has(low)) throw new Malformed("indefinite length, or a head of eight bytes");
    const value = this.string(WIDTHS.get(low)).reduce((sum, byte) => sum * 256 + byte, 0);
    if (value < LEAST.get(low)) throw new Malformed("not the shortest head");
    return value;
  }

  truth(allowed) {
    const head = this.data[this.at];
    if (!allowed || (head !== FALSE && head !== TRUE)) throw new Malformed("a simple value");
    this.at += 1;
    return head === TRUE;
  }

  string(size) {
    const end = this.at + size;
    if (end > this.data.length) throw new Malformed("cut short");
    const bytes = this.data.subarray(this.at, end);
    this.at = end;
    return bytes;
  }

  container(major, size, depth, truth) {
    if (major === ARRAY) return this.array(size, depth, truth);
    if (major === MAP) return this.map(size, depth, truth);
    if (size !== SIGN1) throw new Malformed("a tag other than 18");
    return new Sign1(this.item(depth + 1, truth));
  }

  array(size, depth, truth) {
    const items = [];
    for (let index = 0; index < size; index += 1) items.push(this.item(depth + 1, truth));
    return items;
  }

  map(size, depth, truth) {
    const items = new Map();
    let last = new Uint8Array();
    for (let index = 0; index < size; index += 1) {
      const start = this.at;
      const key = this.item(depth + 1, false);
      const encoded = this.data.subarray(start, this.at);
      if (!isKey(key) || compare(encoded, last) <= 0) {
        throw new Malformed("a key of another type, out of order, or twice");
      }
      last = encoded;
      items.set(key, this.item(depth + 1, truth || (depth === 1 && key === CNF)));
    }
    return items;
  }
}

function isKey(item) {
  return typeof item === "number" || typeof item === "string";
}

/* A byte order mark is a character like any other: it is not taken off. */
function decoded(bytes) {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new Malformed("not UTF-8");
  }
}

/**
 * Return the encoding of an array of text and byte strings: what a COSE signature is over.
 * @param {(string | Uint8Array)[]} items
 */
export function writeStrings(items) {
  const encoder = new TextEncoder();
  const parts = [head(ARRAY, items.length)];
  for (const item of items) {
    const text = typeof item === "string";
    const bytes = text ? encoder.encode(item) : item;
    parts.push(head(text ? TEXT : BYTES, bytes.length), bytes);
  }
  return joined(parts);
}

function head(major, size) {
  const low = size < 24 ? size : size < 1 << 8 ? 24 : size < 1 << 16 ? 25 : 26;
  const bytes = [(major << 5) | low];
  for (let width = WIDTHS.get(low) ?? 0; width > 0; width -= 1) {
    bytes.push(Math.floor(size / 256 ** (width - 1)) % 256);
  }
  return bytes;
}

function joined(parts) {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
