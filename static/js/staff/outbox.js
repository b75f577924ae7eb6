/* Scans and words about the door that the server has not acknowledged yet. They outlive the page
   and are deleted, with the scanned text, as soon as the server has answered. A scan that staff
   are still looking at is held until they are done with it. Each names the device that made it, and
   goes up only as that device. */

import * as enrolled from "./enrolled.js";
import { me, sendAdmission, sendBatch, tellStore } from "./server.js";
import * as store from "./store.js";
import { dropLate, dropOthers } from "./unsent.js";

const OUTBOX = "outbox";
const BATCH = 50;
const EVERY = 15000;
const REFUSED = "healthcode-staff-refused";

let flushing = false;
let again = false;
let told = null;
const held = new Set();
const listeners = new Set();

export function onOutbox(listener) {
  listeners.add(listener);
}

/* A record is {scan_id, item} for a scan, {scan_id, admitted, compared} for a word about one. False:
   there is no room left on this device, and nothing was kept. */
export async function put(record) {
  try {
    await store.put(OUTBOX, { ...record, device: enrolled.kept()?.id });
  } catch {
    return false;
  }
  tell();
  return true;
}

export async function remove(id) {
  await store.remove(OUTBOX, id);
  tell();
}

export function hold(id) {
  held.add(id);
}

export function release(id) {
  if (held.delete(id)) flush();
}

export function size() {
  return store.count(OUTBOX);
}

/* How many scans the server would not take, ever: shown, so that nothing is lost in silence. */
export function refused() {
  return Number(localStorage.getItem(REFUSED) ?? 0);
}

export function countRefused() {
  localStorage.setItem(REFUSED, String(refused() + 1));
  tell();
}

export function start() {
  addEventListener("online", flush);
  setInterval(flush, EVERY + Math.random() * 3000);
  flush();
}

/* Asked for while it runs, it runs once more: the network may have come back meanwhile. */
export async function flush() {
  again = true;
  if (flushing) return;
  flushing = true;
  try {
    while (again) {
      again = false;
      await flushOnce();
    }
  } finally {
    flushing = false;
  }
}

async function flushOnce() {
  if (await dropLate()) tell();
  if ((await ready()).length > 0 && (await clearOthers())) await upload(await ready());
}

async function ready() {
  return (await store.all(OUTBOX)).filter((record) => !held.has(record.scan_id));
}

/* Only the server knows as which device this browser speaks now. True: what is left is that one's. */
async function clearOthers() {
  const { status, body } = await me();
  if (status !== 200) return false;
  if (await dropOthers(body.device.id)) tell();
  return true;
}

async function upload(records) {
  await flushScans(records.filter((record) => record.item));
  await flushAdmissions(records.filter((record) => !record.item));
}

/* Tells the server which store this is, when that or what waits in it has changed. Returns how
   many scans were lost with an earlier store, as far as the server knows. */
export async function report() {
  const [id, waiting] = await Promise.all([store.storeId(), size()]);
  if (told === waiting) return 0;
  const { status, body } = await tellStore(id, waiting);
  if (status !== 200) return 0;
  told = waiting;
  return body.lost ?? 0;
}

async function flushScans(records) {
  for (let first = 0; first < records.length; first += BATCH) {
    const batch = records.slice(first, first + BATCH);
    const answer = await sendBatch(batch.map((record) => record.item));
    const results = resultsOf(answer, batch.length);
    if (!results) return;
    for (const [index, record] of batch.entries()) {
      if (results[index].status === "refused") countRefused();
      await acknowledge(record);
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
    const { scan_id: id, ...said } = record;
    const { status } = await sendAdmission(id, said);
    if (![200, 400, 404, 409].includes(status)) return;
    if (status !== 200) countRefused();
    await acknowledge(record);
  }
}

/* Unless staff said something since it was sent: that goes with the next. */
async function acknowledge(sent) {
  const now = await store.get(OUTBOX, sent.scan_id);
  if (JSON.stringify(now) === JSON.stringify(sent)) await remove(sent.scan_id);
}

async function tell() {
  const waiting = await size();
  for (const listener of listeners) listener(waiting);
}
