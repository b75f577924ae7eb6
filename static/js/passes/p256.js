/* Points of P-256 (FIPS 186-5; SEC 1, 2.3.4), which WebCrypto takes only uncompressed. */

import { fromHex, toNumber } from "./bytes.js";

const P = 0xffffffff00000001000000000000000000000000ffffffffffffffffffffffffn;
const B = 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604bn;
const N = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
const A = -3n;

/**
 * Return the uncompressed point (04, x, y: 65 bytes) of a compressed one (02 or 03, x: 33 bytes)
 * or of one that is uncompressed already; null where there is no such point on the curve.
 * @param {Uint8Array} point
 */
export function uncompressed(point) {
  if (point.length === 65 && point[0] === 4) return isOnCurve(point) ? point : null;
  if (point.length !== 33 || (point[0] !== 2 && point[0] !== 3)) return null;
  const x = toNumber(point.subarray(1));
  const y = x < P ? root(squareOfY(x)) : null;
  if (y === null) return null;
  const odd = point[0] === 3;
  const right = (y & 1n) === (odd ? 1n : 0n) ? y : P - y;
  const whole = new Uint8Array(65);
  whole.set([4, ...point.subarray(1)]);
  whole.set(fromHex(right.toString(16).padStart(64, "0")), 33);
  return whole;
}

/** Whether both halves of 64 bytes are numbers from 1 to n - 1, as r and s must be. */
export function inRange(signature) {
  const halves = [toNumber(signature.subarray(0, 32)), toNumber(signature.subarray(32))];
  return halves.every((half) => half > 0n && half < N);
}

function isOnCurve(point) {
  const x = toNumber(point.subarray(1, 33));
  const y = toNumber(point.subarray(33));
  return x < P && y < P && (y * y) % P === squareOfY(x);
}

function squareOfY(x) {
  const square = (x * x * x + A * x + B) % P;
  return square < 0n ? square + P : square;
}

/* p is 3 modulo 4, so a root, where there is one, is the power of (p + 1) / 4. */
function root(square) {
  const found = power(square, (P + 1n) / 4n);
  return (found * found) % P === square ? found : null;
}

function power(base, exponent) {
  let result = 1n;
  let factor = base;
  for (let left = exponent; left > 0n; left >>= 1n) {
    if (left & 1n) result = (result * factor) % P;
    factor = (factor * factor) % P;
  }
  return result;
}
