/* A presentation: the pass inside the phone's own signature of this second, as the text of a QR
   code. The bytes are written out here, since there are only these few; docs/pass-format.md. */

const PREFIX = "HCP:/1/";
const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const PROTECTED = Uint8Array.of(0xa1, 0x01, 0x26); // {1: -7}
const AAD = new TextEncoder().encode("HCP1P");
const CONTEXT = new TextEncoder().encode("Signature1");
const ECDSA = { name: "ECDSA", hash: "SHA-256" };
const BYTES = 0x40;
const TEXT = 0x60;
const ARRAY = 0x80;

/**
 * The text of a presentation of `pass` at `time`.
 * @param {Uint8Array} pass
 * @param {CryptoKey} key the private half of the pass's own key
 * @param {number} time unix seconds
 */
export async function present(pass, key, time) {
  const payload = concat([head(ARRAY, 2), head(0, time), string(BYTES, pass)]);
  const signed = concat([
    head(ARRAY, 4),
    string(TEXT, CONTEXT),
    string(BYTES, PROTECTED),
    string(BYTES, AAD),
    string(BYTES, payload),
  ]);
  const signature = new Uint8Array(await crypto.subtle.sign(ECDSA, key, signed));
  return PREFIX + base32(seal(payload, signature));
}

/* 18([protected, {}, payload, signature]) */
function seal(payload, signature) {
  const parts = [string(BYTES, PROTECTED), Uint8Array.of(0xa0)];
  const rest = [string(BYTES, payload), string(BYTES, signature)];
  return concat([Uint8Array.of(0xd2), head(ARRAY, 4), ...parts, ...rest]);
}

function string(major, bytes) {
  return concat([head(major, bytes.length), bytes]);
}

/* The shortest head, as canonical CBOR wants it. */
function head(major, value) {
  if (value < 24) return Uint8Array.of(major | value);
  if (value < 0x100) return Uint8Array.of(major | 24, value);
  if (value < 0x10000) return Uint8Array.of(major | 25, value >> 8, value & 0xff);
  const bytes = [24, 16, 8, 0].map((shift) => (value >>> shift) & 0xff);
  return Uint8Array.of(major | 26, ...bytes);
}

function concat(parts) {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

function base32(bytes) {
  let text = "";
  let held = 0;
  let bits = 0;
  for (const byte of bytes) {
    held = (held << 8) | byte;
    for (bits += 8; bits >= 5; bits -= 5) text += ALPHABET[(held >> (bits - 5)) & 31];
    held &= (1 << bits) - 1;
  }
  return bits ? text + ALPHABET[(held << (5 - bits)) & 31] : text;
}
