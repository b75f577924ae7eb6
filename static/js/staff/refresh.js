/* Keeps what this gate holds fresh: everything at once when the page opens (the kit), then the
   state each half minute, the lists of withdrawn passes each five, the keys when the state speaks
   of newer ones and each hour. What is refused leaves what is held as it was. */

import { ListRefused } from "../passes/index.js";
import { fromBase64 } from "./base64.js";
import { clock } from "./clock.js";
import { getBytes, getLists, kit } from "./server.js";
import * as store from "./store.js";
import { trust } from "./trust_store.js";

const SECOND = 1000;
const STATE_EVERY = 30 * SECOND;
const LISTS_EVERY = 5 * 60 * SECOND;
const KEYS_EVERY = 60 * 60 * SECOND;
const JITTER = 0.2;

const listeners = new Set();

export function onTrust(listener) {
  listeners.add(listener);
}

/* Where the browser lends no keys (plain http) nothing can be verified, and nothing is fetched. */
export async function start() {
  if (!globalThis.crypto?.subtle) return;
  addEventListener("online", () => refreshState());
  every(STATE_EVERY, refreshState);
  every(LISTS_EVERY, refreshLists);
  every(KEYS_EVERY, refreshKeys);
  await takeKit();
}

/* Everything at once. */
async function takeKit() {
  const { status, body } = await kit();
  if (status !== 200) return;
  await adoptRoot(fromBase64(body.pin));
  await take((now) => trust.takeKeys(fromBase64(body.keys), now));
  await takeState(fromBase64(body.state));
  await trust.expect(body.withdrawn.map(({ number }) => number));
  for (const { number, token } of body.withdrawn) {
    await take((now) => trust.takeWithdrawn(fromBase64(token), number, now));
  }
  await changed();
}

/* The pin came with the enrolment's code, which needs no network to be right; a gate enrolled by a
   typed token believes the server once, there and then. */
async function adoptRoot(root) {
  if (!trust.pin || (await store.get("facts", "pin_open"))) {
    await trust.pinTo(root);
    await store.remove("facts", "pin_open");
  }
  trust.meet(root);
}

async function refreshState() {
  if (!trust.keyList) {
    await takeKit();
    return;
  }
  const data = await getBytes("state");
  if (data) await takeState(data);
  if (trust.lacksKeys) await refreshKeys();
  await changed();
}

async function refreshKeys() {
  const data = trust.pin && (await getBytes("keys"));
  if (data) await take((now) => trust.takeKeys(data, now));
  await changed();
}

async function refreshLists() {
  const numbers = await getLists();
  if (!numbers) return;
  await trust.expect(numbers);
  for (const number of numbers) {
    const data = await getBytes(`withdrawn/${number}`);
    if (data) await take((now) => trust.takeWithdrawn(data, number, now));
  }
  await changed();
}

/* A state newer than the one before says that it is not earlier; one that is only still held says
   nothing about the time. */
async function takeState(data) {
  const before = trust.state?.iat ?? 0;
  const state = await take((now) => trust.takeState(data, now));
  if (state && state.iat > before) clock.learn(state.iat * 1000);
}

/* What `deed` returns; null when it was refused. */
async function take(deed) {
  try {
    return await deed(Math.floor(clock.now() / 1000));
  } catch (error) {
    if (!(error instanceof ListRefused)) throw error;
    return null;
  }
}

async function changed() {
  clock.hold(trust.newest * 1000);
  await store.put("facts", clock.toKeep, "clock");
  for (const listener of listeners) listener();
}

/* Not all gates of a city at the same second. */
function every(time, deed) {
  const wait = time * (1 + JITTER * (Math.random() - 0.5));
  setTimeout(async () => {
    try {
      await deed();
    } finally {
      every(time, deed);
    }
  }, wait);
}
