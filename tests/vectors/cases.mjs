/* How vectors are judged by the verifier in JavaScript: what tests/vectors/load.py is to the one
   in Python. `passes` is the module under test, so that this runs in a page and in Node. */

/* The key lists of a document, ready to verify. */
export async function keyLists(passes, lists) {
  const entries = Object.entries(lists).map(async ([name, keys]) => [
    name,
    await passes.importKeys(keys.map(facts)),
  ]);
  return Object.fromEntries(await Promise.all(entries));
}

function facts({ sign_from, sign_until, verify_until, ...others }) {
  return { ...others, signFrom: sign_from, signUntil: sign_until, verifyUntil: verify_until };
}

/* The verdict on a case. */
export async function judged(passes, lists, vector) {
  const text = vector.clean ? passes.clean(vector.text) : vector.text;
  const { keys = "main", killed, now } = vector;
  const checked = await passes.check(text, { keys: lists[keys], killed, now, gate: gate(vector) });
  const { colour, rule_met, repeated, compared } = vector.server ?? {};
  return passes.conclude(checked, { colour, ruleMet: rule_met, repeated, compared });
}

function gate({ gate: { clock_sure, keys_fresh, online, listing = "valid" } = {} }) {
  return {
    clockSure: clock_sure,
    keysFresh: keys_fresh,
    online,
    listing: () => listing,
  };
}

/* What became of a signed list: the cause for which it was refused, or null. */
export async function causeOf(passes, { pin, base, now }, vector) {
  const held = { now: vector.now, held: vector.held, killed: vector.killed };
  const data = fromHex(vector.data);
  try {
    if (vector.what === "keys") {
      await passes.readKeyList(data, { ...held, pin: fromHex(pin) });
      return null;
    }
    const keyList = await passes.readKeyList(fromHex(base), { pin: fromHex(pin), now });
    if (vector.what === "state") await passes.readState(data, { ...held, keyList });
    else await passes.readWithdrawn(data, vector.number, { ...held, keyList });
    return null;
  } catch (error) {
    if (!(error instanceof passes.ListRefused)) throw error;
    return error.reason;
  }
}

export function fromHex(hex) {
  return Uint8Array.from(hex.match(/../g) ?? [], (pair) => parseInt(pair, 16));
}

export function toHex(bytes) {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
