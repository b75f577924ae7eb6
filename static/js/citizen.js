/* The code page: a clock that follows the server's, renewal before expiry, and a card that
   says so when it can no longer be trusted. htmx fetches; this file only decides when.
   Without this script the page renews itself by a plain refresh. */

const RETRY_SECONDS = [2, 5, 10, 20, 30];
const SECOND = 1000;

const announcer = document.getElementById("announce");

let card;
let failures = 0;
let nextTry = 0;
let nextPulse = 0;

function clockFor(timeZone) {
  const digits = { hour: "2-digit", minute: "2-digit", second: "2-digit" };
  return new Intl.DateTimeFormat("en-GB", { timeZone, hourCycle: "h23", ...digits });
}

/* Reads the fragment that is on the page; both of the phone's clocks start at its arrival. */
function adopt(arrived = performance.now()) {
  const element = document.getElementById("code");
  card = {
    element,
    servedAt: Number(element.dataset.now),
    renewAt: Number(element.dataset.renew),
    expiresAt: Number(element.dataset.expires),
    pulseSeconds: Number(document.getElementById("pulse").dataset.seconds),
    clock: clockFor(element.dataset.zone),
    wall: Date.now() - (performance.now() - arrived),
    monotonic: arrived,
  };
  failures = 0;
  nextTry = 0;
}

/* The monotonic clock may stop while a phone sleeps and the wall clock may be turned back:
   whichever says that more time has passed is believed, so that no code looks younger than it is. */
function now() {
  const elapsed = Math.max(performance.now() - card.monotonic, Date.now() - card.wall);
  return card.servedAt + elapsed;
}

function state(time) {
  if (time >= card.expiresAt) return "expired";
  return failures > 0 || !navigator.onLine ? "late" : "live";
}

function draw(time) {
  const { element } = card;
  element.querySelector(".clock__time").textContent = card.clock.format(time);
  const minutes = Math.floor((time - card.servedAt) / (60 * SECOND));
  const late = element.querySelector(".fresh__late");
  const words = minutes > 0 ? late.dataset.minutes : late.dataset.now;
  late.textContent = words.replace("{n}", minutes);
  element.dataset.state = state(time);
  announce(element, late.textContent);
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

function tick() {
  const time = now();
  draw(time);
  if (document.hidden) return;
  const wanted = failures > 0 || time >= card.renewAt;
  if (wanted && performance.now() >= nextTry) ask("renew");
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
  adopt();
  tick();
});
document.body.addEventListener("click", (event) => {
  if (event.target.closest("[data-action='renew']")) ask("renew");
});
document.addEventListener("visibilitychange", () => {
  if (!document.hidden) tryNow();
});
window.addEventListener("online", tryNow);
window.addEventListener("offline", tick);

/* The page may have arrived well before this script. */
adopt(performance.getEntriesByType("navigation")[0]?.responseStart);
nextPulse = performance.now() + card.pulseSeconds * SECOND;
tick();
setInterval(tick, SECOND);
