/* Whether this gate is ready, with and without network: each fact with its age. */

import { clock } from "./clock.js";
import { onOutbox, refused, size } from "./outbox.js";
import { onTrust } from "./refresh.js";
import { link, onLink } from "./server.js";
import { trust } from "./trust_store.js";
import { ago, word } from "./words.js";

const EVERY = 10000;
const find = (id) => document.getElementById(id);

export function start() {
  for (const on of [onLink, onTrust, onOutbox]) on(draw);
  setInterval(draw, EVERY);
  draw();
}

export async function draw() {
  const held = trust.readiness(Math.floor(clock.now() / 1000));
  drawKeys(held);
  drawList(held);
  drawClock();
  drawLink();
  drawReady(held);
  drawOutbox(await size());
}

function drawReady({ fresh, listUsable }) {
  const ready = fresh && listUsable && clock.doubt === null;
  find("ready").dataset.state = ready ? "good" : "bad";
  find("ready").textContent = word(ready ? "ready" : "not_ready");
}

function drawKeys({ keys, confirmed, fresh, foreign }) {
  if (foreign) fact("fact-keys", "bad", word("keys_foreign"));
  else if (keys === null) fact("fact-keys", "bad", word("keys_none"));
  else if (confirmed === null) fact("fact-keys", "bad", word("keys_unconfirmed"));
  else {
    const ages = { made: ago(keys), confirmed: ago(confirmed) };
    fact("fact-keys", fresh ? "good" : "bad", word("keys_age", ages));
  }
}

function drawList({ list, listGood, listUsable }) {
  const age = list === null ? word("list_missing") : list === "none" ? word("list_none") : ago(list);
  fact("fact-list", listGood ? "good" : listUsable ? "warn" : "bad", age);
  find("list-age").textContent = typeof list === "number" ? word("list_age", { age }) : "";
  find("list-age").dataset.state = listGood ? "good" : "warn";
}

function drawClock() {
  const { doubt, skew } = clock;
  const off = skew > 30 ? word("clock_off", { n: skew }) : word("clock_ok");
  fact("fact-clock", doubt ? "bad" : "good", doubt ? word(`clock_${doubt}`) : off);
}

function drawLink() {
  const { online, minutes } = link();
  if (online === null) return;
  document.body.dataset.link = online ? "online" : "offline";
  find("link").dataset.link = online ? "online" : "offline";
  const since = minutes ? word("offline_for", { n: minutes }) : word("offline");
  find("link").textContent = online ? word("online") : since;
  fact("fact-link", online ? "good" : "bad", word(online ? "link_ok" : "link_bad"));
}

function drawOutbox(waiting) {
  const lost = refused();
  const text = lost
    ? word("outbox_lost", { n: waiting, m: lost })
    : word(waiting ? "outbox_some" : "outbox_none", { n: waiting });
  fact("fact-outbox", waiting || lost ? "bad" : "good", text);
}

function fact(id, state, text) {
  const row = find(id);
  row.dataset.state = state;
  row.querySelector("dd").textContent = text;
}
