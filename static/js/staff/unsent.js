/* What can never be uploaded any more leaves this device, and the scanned text with it: what is
   older than the server takes it, and what was scanned as another device, whose people the server
   would write down in this one's venue. It is counted, and staff are told. */

import { clock } from "./clock.js";
import { momentOf } from "./scan_id.js";
import * as store from "./store.js";

const OLDEST = 72 * 60 * 60 * 1000;
const DELETED = "deleted";

/* By this gate's own clock: nobody need be asked. */
export function dropLate() {
  const now = clock.now();
  return drop(({ scan_id: id }) => now - momentOf(id) > OLDEST);
}

/* `device` is the one that the server takes this browser for. */
export function dropOthers(device) {
  return drop((record) => record.device !== device);
}

export async function deleted() {
  return (await store.get("facts", DELETED)) ?? 0;
}

/* Staff have read it. */
export function read() {
  return store.remove("facts", DELETED);
}

async function drop(isLost) {
  const gone = await store.sweep(isLost);
  if (gone > 0) await store.update("facts", DELETED, (known = 0) => known + gone);
  return gone;
}
