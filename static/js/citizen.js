/* The code page: a clock that follows the server's, renewal before expiry, a code of the phone's
   own where the browser can keep a key, and a card that says so when it can no longer be
   trusted. htmx fetches; this file only decides when. Without this script the page renews
   itself by a plain refresh. */

import * as phone from "./code/phone.js";
import { keep, restore } from "./code/shelf.js";

const RETRY_SECONDS = [2, 5, 10, 20, 30];
const SECOND = 1000;
const HOUR = 3600 * SECOND;

const announcer = document.getElementById("announce");

let card;
let failures = 0;
let nextTry = 0;
let nextPulse = 0;

function clockFor(timeZone, parts) {
  return new Intl.DateTimeFormat("en-GB", { timeZone, hourCycle: "h23", ...parts });
}

/* Reads the fragment that is on the page. `offset` is by how much the server's clock was ahead
   of this phone's when the fragment was served. */
function adopt(offset) {
  const element = document.getElementById("code");
  const servedAt = Number(element.dataset.now);
  const digits = { hour: "2-digit", minute: "2-digit" };
  const wall = servedAt - offset;
  card = {
    element,
    servedAt,
    renewAt: Number(element.dataset.renew),
    expiresAt: Number(element.dataset.expires),
    pulseSeconds: Number(document.getElementById("pulse").dataset.seconds),
    clock: clockFor(element.dataset.zone, { ...digits, second: "2-digit" }),
    ends: clockFor(element.dataset.zone, digits),
    day: clockFor(element.dataset.zone, { day: "2-digit" }),
    wall,
    monotonic: performance.now() - Math.max(0, Date.now() - wall),
  };
  failures = 0;
  nextTry = 0;
  phone.adopt(element);
}

/* A fragment that has just been fetched. */
function welcome(arrived = performance.now()) {
  const element = document.getElementById("code");
  const offset = Number(element.dataset.now) - (Date.now() - (performance.now() - arrived));
  adopt(offset);
  keep(element, offset);
}

/* The monotonic clock may stop while a phone sleeps and the wall clock may be turned back:
   whichever says that more time has passed is believed, so that no code looks younger than it is. */
function now() {
  const elapsed = Math.max(performance.now() - card.monotonic, Date.now() - card.wall);
  return card.servedAt + elapsed;
}

function state(time) {
  const ends = phone.usable(time) ? phone.expiresAt() : card.expiresAt;
  if (time >= ends) return "expired";
  return failures > 0 || !navigator.onLine ? "late" : "live";
}

function draw(time) {
  const { element } = card;
  element.querySelector(".clock__time").textContent = card.clock.format(time);
  element.dataset.state = state(time);
  const late = element.querySelector(".fresh__late");
  late.textContent = inMinutes(late, time - card.servedAt);
  drawPhone(element, time);
  announce(element, late.textContent);
}

/* What holds of the code that works without network: until when, and how old it is. */
function drawPhone(element, time) {
  const tile = element.querySelector(".tile__offline");
  const own = phone.usable(time);
  tile.textContent = own ? tile.dataset.yes : tile.dataset.no;
  const until = element.querySelector(".tile__until");
  until.textContent = own ? inDay(until.dataset.tomorrow, time) : until.dataset.live;
  const live = element.querySelector(".fresh__live");
  live.textContent = own ? inMinutes(live, time - phone.issuedAt()) : live.dataset.live;
}

/* The hour at which the phone's own code ends: of this day, or of the next. */
function inDay(tomorrow, time) {
  const ends = card.ends.format(phone.expiresAt());
  const sameDay = card.day.format(phone.expiresAt()) === card.day.format(time);
  return sameDay ? ends : tomorrow.replace("{time}", ends);
}

function inMinutes({ dataset }, elapsed) {
  const minutes = Math.floor(elapsed / (60 * SECOND));
  if (minutes >= 120) return dataset.hours.replace("{n}", Math.floor(minutes / 60));
  return (minutes > 0 ? dataset.minutes : dataset.now).replace("{n}", minutes);
}

/* Screen readers hear a change of colour or of state once, not every second. */
function announce(element, late) {
  const said = `${element.dataset.state} ${element.dataset.announce}`;
  if (announcer.dataset.said === said) return;
  announcer.dataset.said = said;
  const words = { live: element.dataset.announce, late };
  const expired = element.querySelector(".frame__words").textContent;
  announcer.textContent = words[element.dataset.state] ?? expired;
}

/* While one request is under way htmx drops the next, so asking again does no harm. */
function ask(what) {
  document.body.dispatchEvent(new Event(what));
}

function failed() {
  const wait = RETRY_SECONDS[Math.min(failures, RETRY_SECONDS.length - 1)];
  failures += 1;
  nextTry = performance.now() + wait * SECOND * (0.75 + Math.random() / 2);
}

/* A code of the phone's own needs no renewal: only the words beside it grow old. */
function isDue(time) {
  return time >= (phone.usable(time) ? card.servedAt + HOUR : card.renewAt);
}

function tick() {
  const time = now();
  draw(time);
  phone.tick(time);
  if (document.hidden) return;
  if ((failures > 0 || isDue(time)) && performance.now() >= nextTry) ask("renew");
  if (card.pulseSeconds > 0 && performance.now() >= nextPulse && failures === 0) {
    nextPulse = performance.now() + card.pulseSeconds * SECOND;
    ask("pulse");
  }
}

function tryNow() {
  nextTry = 0;
  tick();
}

/* A login page of a foreign network can answer in the server's place. */
document.body.addEventListener("htmx:beforeSwap", (event) => {
  const { detail } = event;
  if (!detail.shouldSwap || detail.serverResponse.includes('id="code"')) return;
  detail.shouldSwap = false;
  failed();
});
document.body.addEventListener("htmx:afterRequest", (event) => {
  if (!event.detail.successful) failed();
});
document.body.addEventListener("htmx:afterSwap", () => {
  welcome();
  tick();
});
document.body.addEventListener("htmx:configRequest", (event) => {
  event.detail.headers["X-Kid"] = phone.kid();
});
document.body.addEventListener("rebind", () => {
  phone.drop();
  tick();
});
document.body.addEventListener("click", (event) => {
  if (event.target.closest("[data-action='renew']")) ask("renew");
  if (event.target.closest("[data-action='ask-move']")) document.getElementById("move").showModal();
  if (event.target.closest("[data-action='move']")) phone.move(now()).then(tick);
});
document.addEventListener("visibilitychange", () => {
  if (!document.hidden) tryNow();
});

async function start() {
  await phone.open();
  const place = document.getElementById("kept");
  if (place) {
    const offset = await restore(place);
    if (offset === null) return;
    adopt(offset);
    window.htmx.process(document.getElementById("code"));
  } else {
    // The page may have arrived well before this script.
    welcome(performance.getEntriesByType("navigation")[0]?.responseStart);
  }
  window.addEventListener("online", tryNow);
  window.addEventListener("offline", tick);
  nextPulse = performance.now() + card.pulseSeconds * SECOND;
  tick();
  setInterval(tick, SECOND);
}

navigator.serviceWorker?.register("/sw.js").catch(() => {});
start();
