/* One verdict fills the screen until staff are done with it or ten seconds have passed. */

import { signal } from "./signals.js";
import { has, word } from "./words.js";

const SECONDS = 10;
const find = (id) => document.getElementById(id);
const rows = [...document.querySelectorAll("[data-row]")];

let countdown;
let left = 0;
let paused = false;
let onDone = () => {};

/* `shown` is {outcome, reason, name, todo, row}; row is "choose", "papers" or "next". */
export function show(shown, done) {
  stop();
  onDone = done;
  document.body.dataset.outcome = shown.outcome;
  document.body.dataset.screen = "verdict";
  find("verdict-word").textContent = word(shown.outcome);
  find("verdict-second").textContent = word(`${shown.outcome}_SECOND`);
  find("verdict-name").textContent = shown.name;
  find("verdict-name").hidden = !shown.name;
  find("verdict-todo").textContent = shown.todo.replace("：", "：\n");
  find("nudge").hidden = true;
  document.title = word(shown.outcome);
  announce(shown);
  signal(shown.outcome);
  setRows(shown);
}

export function choosing() {
  return document.body.dataset.screen === "verdict" && !rowOf("choose").hidden;
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

/* The sentence for a verdict; `facts` are the answer of the server and the device. */
export function sentence({ outcome, reason, negative_hours, shown_before }, device, direction) {
  if (reason === "REPEATED") return word("REPEATED", { n: shown_before ?? 0 });
  if (reason === "RULE") return word("RULE", { n: device.negative_within_hours });
  if (outcome !== "PASS") return word(has(reason) ? reason : "REFUSED");
  if (direction === "exit") return word("GREEN_EXIT");
  if (negative_hours === null) return word("GREEN");
  if (negative_hours <= 72) return word("GREEN_TESTED", { n: negative_hours });
  return word("GREEN_TESTED_DAYS", { n: Math.floor(negative_hours / 24) });
}

function announce({ outcome, todo, name }) {
  find("announce").textContent = [word(outcome), todo, name].filter(Boolean).join("。");
}

function setRows({ outcome, row }) {
  for (const element of rows) {
    const wanted = row === "papers" ? ["papers", "next"] : [row];
    element.hidden = !wanted.includes(element.dataset.row);
  }
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

function rowOf(name) {
  return rows.find((element) => element.dataset.row === name);
}

find("next").addEventListener("click", () => close());
find("pause").addEventListener("click", (event) => {
  paused = !paused;
  event.currentTarget.setAttribute("aria-pressed", String(paused));
});
