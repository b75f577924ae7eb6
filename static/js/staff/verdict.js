/* One verdict fills the screen until staff are done with it or ten seconds have passed. */

import { signal } from "./signals.js";
import { has, word } from "./words.js";

const SECONDS = 10;
/* Whoever was about to press a button does not press what came in its place. */
const STARTLED = 500;
/* A code seen twice, a rule not met, a copied code: the document tells whose it is. */
const BY_DOCUMENT = new Set(["REPEATED", "RULE", "GREEN"]);
const find = (id) => document.getElementById(id);
const rows = [...document.querySelectorAll("[data-row]")];

let countdown;
let left = 0;
let paused = false;
let row = "";
let onDone = () => {};

/* `shown` is {outcome, reason, name, todo, row}; row is "choose", "papers" or "next". */
export function show(shown, done) {
  stop();
  onDone = done;
  document.body.dataset.outcome = shown.outcome;
  document.body.dataset.screen = "verdict";
  document.title = word(shown.outcome);
  find("nudge").hidden = true;
  write(shown);
  signal(shown.outcome);
  setRows(shown);
}

/* The server knows better: another outcome is shown and heard once, the same one only reads
   better. */
export function correct(shown) {
  if (document.body.dataset.outcome === shown.outcome) {
    write(shown);
    if (shown.row !== row) setRows(shown);
    return;
  }
  show(shown, onDone);
  find("verdict-foot").inert = true;
  setTimeout(() => {
    find("verdict-foot").inert = false;
  }, STARTLED);
}

export function isOpen() {
  return document.body.dataset.screen === "verdict";
}

export function choosing() {
  return isOpen() && row === "choose";
}

export function nudge() {
  find("nudge").hidden = false;
  signal("GREY");
}

export function close() {
  stop();
  const done = onDone;
  onDone = () => {};
  done();
}

/* The sentence for a verdict; `hours` is how fresh the venue wants a negative sample. */
export function sentence({ outcome, reason, negative_hours, shown_before, ownClock }, way) {
  if (ownClock) return word("OWN_CLOCK");
  if (reason === "REPEATED") return word("REPEATED", { n: shown_before ?? 0 });
  if (reason === "RULE") return word("RULE", { n: way.hours });
  if (outcome === "CHECK" && reason === "GREEN") return word("COMPARE");
  if (outcome !== "PASS") return word(has(reason) ? reason : "REFUSED");
  if (way.direction === "exit") return word("GREEN_EXIT");
  if (negative_hours === null) return word("GREEN");
  if (negative_hours <= 72) return word("GREEN_TESTED", { n: negative_hours });
  return word("GREEN_TESTED_DAYS", { n: Math.floor(negative_hours / 24) });
}

/* Whether staff let somebody in by holding the document against the name. */
export function asksForDocument({ outcome, reason }) {
  return outcome === "CHECK" && BY_DOCUMENT.has(reason);
}

function write({ outcome, reason, name, todo }) {
  find("verdict-word").textContent = word(outcome);
  find("verdict-second").textContent = word(`${outcome}_SECOND`);
  find("verdict-name").textContent = name;
  find("verdict-name").hidden = !name;
  find("verdict-todo").textContent = todo.replace(/[：:] ?/, "$&\n");
  find("admit").textContent = word(asksForDocument({ outcome, reason }) ? "admit_compared" : "admit_checked");
  find("announce").textContent = [word(outcome), todo, name].filter(Boolean).join("。");
}

function setRows({ outcome, row: wanted }) {
  stop();
  row = wanted;
  const open = row === "papers" ? ["papers", "next"] : [row];
  for (const element of rows) element.hidden = !open.includes(element.dataset.row);
  paused = false;
  find("pause").setAttribute("aria-pressed", "false");
  if (row !== "choose") run(outcome === "GREY" ? "again" : "next");
}

function run(label) {
  left = SECONDS;
  const draw = () => {
    find("next").textContent = paused ? word(label) : word(`${label}_in`, { n: left });
  };
  draw();
  countdown = setInterval(() => {
    if (!paused) left -= 1;
    if (left <= 0) close();
    else draw();
  }, 1000);
}

function stop() {
  clearInterval(countdown);
}

find("next").addEventListener("click", () => close());
find("pause").addEventListener("click", (event) => {
  paused = !paused;
  event.currentTarget.setAttribute("aria-pressed", String(paused));
});
