/* The home screen and the top line: who this device is, which way people go, numbers of today.
   Whether it is ready is `ready.js`. */

import { clock } from "./clock.js";
import * as enrolled from "./enrolled.js";
import { word } from "./words.js";

const find = (id) => document.getElementById(id);
const ways = [...document.querySelectorAll("[data-way]")];

let facts = enrolled.kept();
let counts = { PASS: 0, CHECK: 0, STOP: 0, GREY: 0 };
let inside = null;

/* What the device is, also when the page is opened without network. */
export function device() {
  return facts;
}

/* The direction staff chose, at first the device's own, and the venue's rule. */
export function way() {
  const direction = enrolled.chosenWay() ?? facts.direction;
  return { direction, attended: facts.attended, hours: facts.negative_within_hours };
}

export function adopt(body) {
  facts = body.device;
  counts = body.today;
  inside = body.inside ?? null;
  enrolled.keep(facts);
  draw();
}

export function count(outcome, step) {
  counts[outcome] += step;
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
  }).format(clock.now());
  last.hidden = false;
}

export function draw() {
  if (facts) drawDevice();
  drawCounts();
}

function drawDevice() {
  const { direction } = way();
  find("gate").textContent = `${facts.venue} ${facts.name} · ${word(direction)}`;
  find("home-venue").textContent = facts.venue;
  find("home-gate").textContent = `${facts.name} · ${facts.zone}`;
  find("home-rule").textContent = word("rule", { n: facts.negative_within_hours });
  find("home-rule").hidden = facts.negative_within_hours === null;
  for (const button of ways) {
    button.setAttribute("aria-pressed", String(button.dataset.way === direction));
  }
}

function drawCounts() {
  for (const [outcome, number] of Object.entries(counts)) {
    document.querySelector(`[data-count="${outcome}"]`).textContent = String(number);
  }
  find("inside").textContent = word("inside", { n: inside });
  find("inside").hidden = inside === null;
}

for (const button of ways) {
  button.addEventListener("click", () => {
    enrolled.chooseWay(button.dataset.way);
    draw();
  });
}
