/* The page at the gate: open, start, scan, show, remember. The server judges; without it the
   answer is grey, never green and never red. */

import * as home from "./home.js";
import * as outbox from "./outbox.js";
import { scanId } from "./scan_id.js";
import { me, now, sendAdmission, sendScan } from "./server.js";
import { unlock } from "./signals.js";
import { clean } from "./text.js";
import * as verdict from "./verdict.js";
import { listen } from "./wedge.js";
import { word } from "./words.js";

const SAME_CODE = 2000;
const HEARTBEAT = 30000;
const OFFLINE = { device_outcome: "GREY", device_reason: "OFFLINE" };
const find = (id) => document.getElementById(id);
const { dataset } = document.body;
const title = document.title;

let last = { text: "", at: 0 };
let busy = false;
let current = null;

const wedge = listen({
  field: find("wedge"),
  box: document.querySelector(".wedge"),
  warning: find("ime"),
  onCode,
  active: () => ["scan", "verdict"].includes(dataset.screen),
});

async function open() {
  if (location.hash.startsWith("#e=")) {
    location.replace(dataset.enrolUrl + location.hash);
    return;
  }
  const answer = await greet();
  if (dataset.screen !== "loading") return;
  if (answer.status === 0 && !home.device()) location.replace(dataset.enrolUrl);
  else goTo("home");
  outbox.start();
  setInterval(greet, HEARTBEAT);
}

/* Also the heartbeat: it keeps the clock, the counts and the word "online" honest. */
async function greet() {
  const answer = await me();
  if (answer.status === 200) home.adopt(answer.body);
  else home.draw();
  noticeExpulsion(answer);
  return answer;
}

function noticeExpulsion({ status, body }) {
  if (status === 401) {
    home.forget();
    location.replace(dataset.enrolUrl);
  }
  if (status === 403 && body?.code === "device_revoked") goTo("stopped");
}

function goTo(screen) {
  delete dataset.outcome;
  dataset.screen = screen;
  document.title = title;
  find("announce").textContent = "";
  if (screen === "scan") wedge.focus();
}

async function onCode(raw) {
  const text = clean(raw);
  if (!text || busy || dataset.screen === "stopped") return;
  if (verdict.choosing()) {
    verdict.nudge();
    return;
  }
  const at = now();
  if (text === last.text && at - last.at < SAME_CODE) return;
  last = { text, at };
  setBusy(true);
  wedge.calm();
  find("notice").hidden = true;
  try {
    await judge({ scan_id: scanId(at), text });
  } finally {
    setBusy(false);
    wedge.focus();
  }
}

/* Kept before it is sent, as not let in: a page that dies before the verdict was seen loses
   nothing and claims nothing. An exit needs no word about the door. */
async function judge(item) {
  const told = { ...item, ...OFFLINE };
  if (home.device().direction !== "exit") told.admitted = false;
  outbox.hold(item.scan_id);
  await outbox.put({ scan_id: item.scan_id, item: told });
  const answer = await sendScan(item);
  noticeExpulsion(answer);
  if (answer.status === 200) await decided(item, answer.body);
  else if (answer.status === 400 || answer.status === 409) await notTaken(item);
  else undecided(told, answer.status);
}

async function decided(item, answer) {
  await outbox.remove(item.scan_id);
  outbox.release(item.scan_id);
  const { device } = home;
  present(item, {
    outcome: answer.outcome,
    name: answer.name,
    todo: verdict.sentence(answer, device(), device().direction),
    row: answer.admitted === null ? "choose" : "next",
  });
}

async function notTaken(item) {
  await outbox.remove(item.scan_id);
  outbox.release(item.scan_id);
  present(item, { outcome: "GREY", name: "", todo: word("REFUSED"), row: "next" });
}

/* Nobody judged: the scan is uploaded later, as it is kept or as staff say now. */
function undecided(told, status) {
  if (dataset.screen === "stopped") return;
  const row = told.admitted === undefined || status === 429 ? "next" : "papers";
  const todo = word(status === 429 ? "BUSY" : "OFFLINE");
  present(told, { outcome: "GREY", name: "", todo, row });
}

function present(item, shown) {
  if (current) outbox.release(current.scan_id);
  current = item;
  home.count(shown.outcome);
  home.showLast(shown.outcome);
  verdict.show(shown, () => {
    outbox.release(item.scan_id);
    if (current === item) goTo("scan");
  });
}

/* The word is kept until the server has it, and the next person need not wait for that. */
async function decide(admitted) {
  const id = current.scan_id;
  verdict.close();
  await outbox.put({ scan_id: id, admitted });
  const { status } = await sendAdmission(id, admitted);
  if (status === 200) await outbox.remove(id);
}

async function admitByPapers() {
  const item = { ...current, admitted: true };
  await outbox.put({ scan_id: item.scan_id, item });
  verdict.close();
}

async function paste() {
  try {
    const text = await navigator.clipboard.readText();
    if (text.trim()) await onCode(text);
    else tell("empty_clipboard");
  } catch {
    tell("no_clipboard");
  }
}

function tell(name) {
  find("notice").textContent = word(name);
  find("notice").hidden = false;
}

function setBusy(on) {
  busy = on;
  document.querySelector(".wedge").dataset.busy = String(on);
}

async function start() {
  unlock();
  goTo("scan");
  try {
    await navigator.wakeLock?.request("screen");
  } catch {
    // The phone would rather sleep; scanning works all the same.
  }
}

find("start").addEventListener("click", start);
find("leave").addEventListener("click", () => goTo("home"));
find("paste").addEventListener("click", paste);
find("admit").addEventListener("click", () => decide(true));
find("refuse").addEventListener("click", () => decide(false));
find("papers").addEventListener("click", admitByPapers);
open();
