/* What this phone keeps: its passes with their keys, which no script can read out, and the card
   as it was drawn last, for when there is no network. */

import { deleteDB, openDB } from "../../vendor/idb/index.js";

/* On which tabs tell each other that the phone forgets. */
export const CHANNEL = "healthcode-forget";

const NAME = "healthcode-wallet";
const PASSES = "passes";
const CARDS = "cards";

async function withStore(deed) {
  const database = await openDB(NAME, 1, {
    upgrade(fresh) {
      fresh.createObjectStore(PASSES, { keyPath: "id", autoIncrement: true });
      fresh.createObjectStore(CARDS);
    },
  });
  try {
    return await deed(database);
  } finally {
    database.close();
  }
}

/* The pass that was stored last, or undefined. */
export async function newestPass() {
  const passes = await withStore((database) => database.getAll(PASSES));
  return passes.at(-1);
}

/* Keep a key until its pass comes; the number by which it is found again. */
export function keepKey(keys) {
  return withStore((database) => database.add(PASSES, { keys }));
}

export function readKey(id) {
  return withStore((database) => database.get(PASSES, id));
}

export function keepPass(record) {
  return withStore((database) => database.put(PASSES, record));
}

/* Drop whatever is older than the pass that is in use now. */
export function dropOlder(id) {
  return withStore((database) => database.delete(PASSES, IDBKeyRange.upperBound(id, true)));
}

export function dropPass(id) {
  return withStore((database) => database.delete(PASSES, id));
}

export function keepCard(card) {
  return withStore((database) => database.put(CARDS, card, "last"));
}

export function lastCard() {
  return withStore((database) => database.get(CARDS, "last"));
}

/* Nothing of the holder stays on a phone that was signed out. */
export function forget() {
  if ("BroadcastChannel" in globalThis) new BroadcastChannel(CHANNEL).postMessage("forget");
  return deleteDB(NAME);
}
