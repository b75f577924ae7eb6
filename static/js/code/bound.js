/* Bound passes: a fresh key for each, tried out on this browser before a pass is asked for. The
   next pass is stored and has signed once before the one in use is dropped. */

import { present } from "./presentation.js";
import { dropOlder, dropPass, keepKey, keepPass, newestPass, readKey } from "./wallet.js";

const CURVE = { name: "ECDSA", namedCurve: "P-256" };
const ECDSA = { name: "ECDSA", hash: "SHA-256" };
const PROBE = Uint8Array.of(1, 2, 3);
const ONE_AT_A_TIME = "healthcode-bound-pass";

/* The newest pass that is whole, or null: also where this browser keeps nothing. */
export async function stored() {
  try {
    const record = await newestPass();
    return record?.pass ? record : null;
  } catch {
    return null;
  }
}

/**
 * Fetch a pass for a new key, keep it, and say what came of it: {pass} or {code}: the server's
 * reason why there is none, "unable" where this browser cannot keep a key, or "offline".
 * @param {{url: string, csrf: string, move: boolean}} how
 */
export function fetchBound(how) {
  if (!globalThis.crypto?.subtle || !globalThis.indexedDB) return { code: "unable" };
  const deed = () => fetchOne(how);
  return navigator.locks ? navigator.locks.request(ONE_AT_A_TIME, deed) : deed();
}

async function fetchOne(how) {
  let record;
  try {
    record = await tryKey();
  } catch {
    return { code: "unable" };
  }
  const answer = await ask(how, record.keys.publicKey);
  if (!answer.pass) {
    await dropPass(record.id);
    return answer;
  }
  return keep({ ...record, ...answer, pass: fromBase64(answer.pass) });
}

/* Generate, store, reopen, sign, verify: on some browsers one of these fails. */
async function tryKey() {
  const id = await keepKey(await crypto.subtle.generateKey(CURVE, false, ["sign", "verify"]));
  const { keys } = await readKey(id);
  const signature = await crypto.subtle.sign(ECDSA, keys.privateKey, PROBE);
  const good = await crypto.subtle.verify(ECDSA, keys.publicKey, signature, PROBE);
  if (!good || keys.privateKey.extractable) throw new Error("this browser keeps no keys");
  return { id, keys };
}

async function ask({ url, csrf, move }, publicKey) {
  const point = new Uint8Array(await crypto.subtle.exportKey("raw", publicKey));
  try {
    const response = await fetch(url, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-CSRFToken": csrf },
      body: JSON.stringify({ holder: toBase64(point), move }),
      redirect: "error",
    });
    return await response.json();
  } catch {
    return { code: "offline" };
  }
}

async function keep(record) {
  await keepPass(record);
  await present(record.pass, record.keys.privateKey, record.iat);
  await dropOlder(record.id);
  return { pass: record };
}

function toBase64(bytes) {
  const text = btoa(String.fromCharCode(...bytes));
  return text.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

function fromBase64(text) {
  const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(binary, (char) => char.charCodeAt(0));
}
