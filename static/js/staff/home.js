/* The home screen and the top line: who this device is, whether it is ready, numbers of today. */

import { link, now, onLink } from "./server.js";
import { onOutbox, refused, size } from "./outbox.js";
import { word } from "./words.js";

const KEPT = "healthcode-staff-device";
const find = (id) => document.getElementById(id);

let facts = JSON.parse(localStorage.getItem(KEPT) ?? "null");
let counts = { PASS: 0, CHECK: 0, STOP: 0, GREY: 0 };

/* What the device is, also when the page is opened without network. */
export function device() {
  return facts;
}

export function adopt(body) {
  facts = body.device;
  counts = body.today;
  localStorage.setItem(KEPT, JSON.stringify(facts));
  draw();
}

export function forget() {
  localStorage.removeItem(KEPT);
}

export function count(outcome) {
  counts[outcome] += 1;
  drawCounts();
}

export function showLast(outcome) {
  const last = find("last");
  const icon = document.querySelector(`[data-of-outcome="${outcome}"] svg`);
  last.dataset.outcome = outcome;
  find("last-shape").replaceChildren(icon.cloneNode(true));
  find("last-word").textContent = word(outcome);
  find("last-time").textContent = new Intl.DateTimeFormat("en-GB", {
    timeZone: "Asia/Shanghai",
    timeStyle: "medium",
  }).format(now());
  last.hidden = false;
}

export function draw() {
  if (facts) drawDevice();
  drawCounts();
  drawLink();
  size().then(drawOutbox);
}

function drawDevice() {
  find("gate").textContent = `${facts.venue} ${facts.name} · ${word(facts.direction)}`;
  find("home-venue").textContent = facts.venue;
  find("home-gate").textContent = `${facts.name} · ${facts.zone}`;
  find("home-direction").textContent = word(facts.direction);
  find("home-rule").textContent = word("rule", { n: facts.negative_within_hours });
  find("home-rule").hidden = facts.negative_within_hours === null;
}

function drawCounts() {
  for (const [outcome, number] of Object.entries(counts)) {
    document.querySelector(`[data-count="${outcome}"]`).textContent = String(number);
  }
}

function drawLink() {
  const { online, minutes, skew } = link();
  if (online === null) return;
  find("link").dataset.link = online ? "online" : "offline";
  find("link").textContent = online
    ? word("online")
    : minutes
      ? word("offline_for", { n: minutes })
      : word("offline");
  state("fact-link", online, word(online ? "link_ok" : "link_bad"));
  if (skew === null) state("fact-clock", false, word("clock_unknown"));
  else state("fact-clock", true, skew > 30 ? word("clock_off", { n: skew }) : word("clock_ok"));
}

function drawOutbox(waiting) {
  const lost = refused();
  const text = lost
    ? word("outbox_lost", { n: waiting, m: lost })
    : word(waiting ? "outbox_some" : "outbox_none", { n: waiting });
  state("fact-outbox", !waiting && !lost, text);
}

function state(id, good, text) {
  const row = find(id);
  row.dataset.state = good ? "good" : "bad";
  row.querySelector("dd").textContent = text;
}

onLink(drawLink);
onOutbox(drawOutbox);
