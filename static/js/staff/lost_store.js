/* Scans that nobody uploaded and nobody will, said until staff have read it. Browsers may throw away
   what a page keeps: then only the server can know, which was told how many waited. Others this
   gate had to delete itself. */

import * as outbox from "./outbox.js";
import * as store from "./store.js";
import * as unsent from "./unsent.js";
import { word } from "./words.js";

const LOST = "lost";
const find = (id) => document.getElementById(id);

/* Tells the server what waits here, and shows what it says was lost. */
export async function check() {
  const lost = await outbox.report();
  if (lost > 0) await store.update("facts", LOST, (known = 0) => known + lost);
  await draw();
}

export async function draw() {
  const lost = (await store.get("facts", LOST)) ?? 0;
  const deleted = await unsent.deleted();
  say("lost-text", lost, "store_lost");
  say("deleted-text", deleted, "scans_deleted");
  find("lost").hidden = lost + deleted === 0;
}

function say(id, n, name) {
  find(id).textContent = n ? word(name, { n }) : "";
}

find("lost-read").addEventListener("click", async () => {
  await store.remove("facts", LOST);
  await unsent.read();
  await draw();
});
outbox.onOutbox(draw);
