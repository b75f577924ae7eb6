/* Scans and words about the door that the server has not acknowledged yet. They outlive the
   page (IndexedDB) and are deleted, with the scanned text, as soon as the server has answered.
   A scan that staff are still looking at is held until they are done with it. */

import { sendAdmission, sendBatch } from "./server.js";

const NAME = "healthcode-staff";
const STORE = "outbox";
const BATCH = 50;
const EVERY = 15000;
const REFUSED = "healthcode-staff-refused";

let opened;
let flushing = false;
const held = new Set();
const listeners = new Set();

export function onOutbox(listener) {
  listeners.add(listener);
}

/* A record is {scan_id, item} for a scan, {scan_id, admitted} for a word about one. */
export async function put(record) {
  await run("readwrite", (store) => store.put(record));
  tell();
}

export async function remove(id) {
  await run("readwrite", (store) => store.delete(id));
  tell();
}

export function hold(id) {
  held.add(id);
}

export function release(id) {
  if (held.delete(id)) flush();
}

export async function size() {
  return run("readonly", (store) => store.count());
}

/* How many scans the server would not take, ever: shown, so that nothing is lost in silence. */
export function refused() {
  return Number(localStorage.getItem(REFUSED) ?? 0);
}

export function start() {
  addEventListener("online", flush);
  setInterval(flush, EVERY + Math.random() * 3000);
  flush();
}

export async function flush() {
  if (flushing) return;
  flushing = true;
  try {
    const records = (await run("readonly", (store) => store.getAll())).filter(
      (record) => !held.has(record.scan_id),
    );
    await flushScans(records.filter((record) => record.item));
    await flushAdmissions(records.filter((record) => !record.item));
  } finally {
    flushing = false;
  }
}

async function flushScans(records) {
  for (let first = 0; first < records.length; first += BATCH) {
    const batch = records.slice(first, first + BATCH);
    const answer = await sendBatch(batch.map((record) => record.item));
    const results = resultsOf(answer, batch.length);
    if (!results) return;
    for (const [index, record] of batch.entries()) {
      if (results[index].status === "refused") countRefused();
      await remove(record.scan_id);
    }
  }
}

/* Null when the server has not judged the batch: then everything is kept and tried again. */
function resultsOf({ status, body }, count) {
  if (status === 200 || status === 207) return body.results;
  if (status !== 400 && status !== 409) return null;
  const whole = body?.details?.results;
  return whole ?? (count === 1 ? [{ status: "refused" }] : null);
}

async function flushAdmissions(records) {
  for (const record of records) {
    const { status } = await sendAdmission(record.scan_id, record.admitted);
    if (![200, 400, 404, 409].includes(status)) return;
    if (status !== 200) countRefused();
    await remove(record.scan_id);
  }
}

function countRefused() {
  localStorage.setItem(REFUSED, String(refused() + 1));
}

async function run(mode, deed) {
  opened ??= open();
  const transaction = (await opened).transaction(STORE, mode);
  const request = deed(transaction.objectStore(STORE));
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve(request.result);
    transaction.onabort = () => reject(transaction.error);
  });
}

function open() {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE, { keyPath: "scan_id" });
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

async function tell() {
  const count = await size();
  for (const listener of listeners) listener(count);
}
