/* What this gate keeps on its own disk (IndexedDB): `outbox`, the scans and words about the door
   that the server has not acknowledged; `facts`, single things by name, the signed lists among
   them; `seen`, the passes of the last minutes. */

import { openDB } from "../../vendor/idb/index.js";

const NAME = "healthcode-staff";
const VERSION = 2;

let opened;

function database() {
  opened ??= openDB(NAME, VERSION, { upgrade, blocking, terminated });
  return opened;
}

function upgrade(db, oldVersion) {
  if (oldVersion < 1) db.createObjectStore("outbox", { keyPath: "scan_id" });
  if (oldVersion < 2) {
    db.createObjectStore("facts");
    db.createObjectStore("seen", { keyPath: "pass" });
  }
}

/* A newer page wants to change the stores: this one opens them again when it needs them. */
async function blocking() {
  const db = await opened;
  terminated();
  db.close();
}

function terminated() {
  opened = undefined;
}

export async function get(store, key) {
  return (await database()).get(store, key);
}

export async function all(store) {
  return (await database()).getAll(store);
}

export async function count(store) {
  return (await database()).count(store);
}

/* `key` is given for `facts` only; what the other stores hold names itself. */
export async function put(store, value, key) {
  return (await database()).put(store, value, key);
}

export async function remove(store, key) {
  return (await database()).delete(store, key);
}

/* Put what `change` makes of what is there; whatever happens in other pages, nothing in between. */
export async function update(store, key, change) {
  const step = (await database()).transaction(store, "readwrite");
  const value = change(await step.store.get(key));
  await (store === "facts" ? step.store.put(value, key) : step.store.put(value));
  await step.done;
  return value;
}

/* Delete the scans and words in the outbox of which `test` is true; returns how many. */
export async function sweep(test) {
  const step = (await database()).transaction("outbox", "readwrite");
  const gone = (await step.store.getAll()).filter(test);
  for (const { scan_id: id } of gone) step.store.delete(id);
  await step.done;
  return gone.length;
}

/* The id of this store: another one means that the browser threw the last away. */
export function storeId() {
  return update("facts", "store", (known) => known ?? uuid());
}

/* Asks the browser not to throw it away; it may refuse. */
export async function persist() {
  try {
    return (await navigator.storage?.persist?.()) ?? false;
  } catch {
    return false;
  }
}

/* A UUIDv4; `crypto.randomUUID` is there in secure contexts only. */
function uuid() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = 0x40 | (bytes[6] & 0x0f);
  bytes[8] = 0x80 | (bytes[8] & 0x3f);
  return written(bytes);
}

/* Sixteen bytes as RFC 9562 writes them. */
export function written(bytes) {
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
