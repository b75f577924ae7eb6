/* The page at the gate: open, start, scan, show, remember. This gate judges by what it holds and
   the server by what it knows; where neither can, the answer is grey, never green and never red. */

import * as cameraBox from "./camera_box.js";
import { clock } from "./clock.js";
import { forget } from "./enrolled.js";
import { clean, judge, repeats } from "./gate.js";
import * as home from "./home.js";
import * as lostStore from "./lost_store.js";
import * as outbox from "./outbox.js";
import * as ready from "./ready.js";
import * as refresh from "./refresh.js";
import { scanId } from "./scan_id.js";
import { me } from "./server.js";
import { unlock } from "./signals.js";
import * as store from "./store.js";
import { trust } from "./trust_store.js";
import { Turn } from "./turn.js";
import * as verdict from "./verdict.js";
import { listen } from "./wedge.js";
import { word } from "./words.js";
import * as worker from "./worker.js";

const SAME_CODE = 2000;
/* A phone that stays before the camera draws its code anew: for the eye it is the same. */
const STILL_THERE = 5000;
const HEARTBEAT = 30000;
const find = (id) => document.getElementById(id);
const { dataset } = document.body;
const title = document.title;

let last = { code: "", at: 0, closed: 0 };
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
  find("insecure").hidden = isSecureContext;
  await remember();
  ready.start();
  if (home.device()) goTo("home");
  await greet();
  if (!home.device()) location.replace(dataset.enrolUrl);
  else work();
}

/* What was held when the page was closed. */
async function remember() {
  await trust.load();
  const kept = await store.get("facts", "clock");
  if (kept) clock.restore(kept);
  clock.hold(trust.newest * 1000);
  await repeats.load(clock.now());
  await lostStore.draw();
  home.draw();
}

function work() {
  outbox.start();
  refresh.start();
  worker.start();
  store.persist();
  lostStore.check();
  addEventListener("online", greet);
  setInterval(greet, HEARTBEAT);
  setInterval(lostStore.check, HEARTBEAT);
}

/* Also the heartbeat: it keeps the clock, the counts and the word "online" honest. */
async function greet() {
  const answer = await me();
  if (answer.status === 200) home.adopt(answer.body);
  if (answer.status === 200 && dataset.screen === "loading") goTo("home");
  noticeExpulsion(answer);
}

function noticeExpulsion({ status, body }) {
  if (status === 401) {
    forget();
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
  else cameraBox.stop();
  if (screen === "home") atRest();
}

function atRest() {
  ready.draw();
  worker.rest();
}

/* The camera's word. While staff are asked something it may see what it likes. */
function onSeen(text) {
  if (dataset.screen === "scan" || (verdict.isOpen() && !verdict.choosing())) {
    onCode(text, isStillThere);
  }
}

function isStillThere(at) {
  return verdict.isOpen() || at - last.closed < STILL_THERE;
}

function isEcho(at) {
  return at - last.at < SAME_CODE;
}

/* `isSame` says whether the code that was scanned last is the same person's same scan. */
async function onCode(raw, isSame = isEcho) {
  const text = clean(raw);
  if (!text || busy || dataset.screen === "stopped") return;
  if (verdict.choosing()) {
    verdict.nudge();
    return;
  }
  setBusy(true);
  wedge.calm();
  try {
    await take(text, isSame);
  } finally {
    setBusy(false);
    wedge.focus();
  }
}

async function take(text, isSame) {
  const at = clock.now();
  const way = home.way();
  const own = await judge(text, { at, ...way });
  const code = codeOf(own, text);
  if (code === last.code && isSame(at)) return;
  last = { ...last, code, at };
  find("notice").hidden = true;
  const item = { scan_id: scanId(at), text, direction: way.direction };
  await new Turn({ item, own, way, at }, hearing).take();
}

/* A pass is the same however often it is drawn; but one that was not accepted may be shown again
   as soon as it is better. */
function codeOf({ outcome, passId }, text) {
  return outcome === "GREY" ? text : passId;
}

const hearing = {
  showing(turn) {
    current?.end();
    current = turn;
  },
  done(turn) {
    last.closed = clock.now();
    cameraBox.lookAgain();
    if (current === turn) goTo("scan");
  },
  note: tell,
  answered: noticeExpulsion,
};

async function paste() {
  try {
    const text = await navigator.clipboard.readText();
    if (text.trim()) await onCode(text);
    else tell(word("empty_clipboard"));
  } catch {
    tell(word("no_clipboard"));
  }
}

function tell(text) {
  find("notice").textContent = text;
  find("notice").hidden = false;
}

function setBusy(on) {
  busy = on;
  document.querySelector(".wedge").dataset.busy = String(on);
}

function start() {
  unlock();
  goTo("scan");
  cameraBox.startIfWanted();
  stayAwake();
}

/* The system takes the lock back whenever the page is out of sight. */
async function stayAwake() {
  if (document.hidden || dataset.screen === "home") return;
  try {
    await navigator.wakeLock?.request("screen");
  } catch {
    // The phone would rather sleep; scanning works all the same.
  }
}

cameraBox.onCamera(onSeen);
document.addEventListener("visibilitychange", stayAwake);
find("start").addEventListener("click", start);
find("leave").addEventListener("click", () => goTo("home"));
find("paste").addEventListener("click", paste);
find("admit").addEventListener("click", () => current.say(true));
find("refuse").addEventListener("click", () => current.say(false));
find("papers").addEventListener("click", () => current.say(true));
open();
