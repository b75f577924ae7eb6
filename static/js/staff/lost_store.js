/* Browsers may throw away what a page keeps. Then scans that nobody uploaded are gone, and only
   the server can know: it was told how many waited. Said until staff have read it. */

import * as outbox from "./outbox.js";
import * as store from "./store.js";
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
  find("lost-text").textContent = word("store_lost", { n: lost });
  find("lost").hidden = lost === 0;
}

find("lost-read").addEventListener("click", async () => {
  await store.remove("facts", LOST);
  await draw();
});
