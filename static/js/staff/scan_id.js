/* A UUIDv7 (RFC 9562, 5.7): the moment of scanning in milliseconds, then 74 random bits. */

import { written } from "./store.js";

/* The milliseconds in it. */
export function momentOf(id) {
  return parseInt(id.replaceAll("-", "").slice(0, 12), 16);
}

export function scanId(milliseconds) {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  let time = Math.floor(milliseconds);
  for (let index = 5; index >= 0; index -= 1) {
    bytes[index] = time % 256;
    time = Math.floor(time / 256);
  }
  bytes[6] = 0x70 | (bytes[6] & 0x0f);
  bytes[8] = 0x80 | (bytes[8] & 0x3f);
  return written(bytes);
}
