/* Checking in with the phone's camera: what a poster says goes into the form below, and the form
   is sent. Whoever has no camera, or no script, types the poster's code into the same form. */

import { openCamera } from "./scan/camera.js";

const POSTER = "HCV:/";
const HEALTH_CODE = "HCP:/";
// As long as it takes to read why this was not the right code.
const MESSAGE = 4000;

const finder = document.getElementById("finder");
const form = document.getElementById("by-hand");
const video = finder.querySelector("video");
const part = (action) => finder.querySelector(`[data-action='${action}']`);

let camera = null;
let lit = false;
let quiet = 0;

function say(state) {
  clearTimeout(quiet);
  finder.dataset.state = state;
  finder.querySelector(".finder__words").textContent = finder.dataset[state];
  drawTools();
}

/* A word about what was seen; the picture goes on. */
function remark(word) {
  say("running");
  finder.querySelector(".finder__words").textContent = finder.dataset[word];
  quiet = setTimeout(() => say("running"), MESSAGE);
}

function drawTools() {
  const running = finder.dataset.state === "running";
  part("torch").hidden = !running || !camera?.canTorch;
  part("torch").setAttribute("aria-pressed", String(lit));
  part("next").hidden = !running || (camera?.cameras.length ?? 0) < 2;
  part("again").hidden = ["opening", "running", "sending"].includes(finder.dataset.state);
}

function seen(text) {
  if (finder.dataset.state === "sending") return;
  const clean = text.trim().toUpperCase();
  if (clean.startsWith(POSTER)) send(clean);
  else remark(clean.startsWith(HEALTH_CODE) ? "health" : "foreign");
}

function send(text) {
  say("sending");
  camera?.stop();
  form.elements.text.value = text;
  form.requestSubmit();
}

async function start() {
  finder.hidden = false;
  say("opening");
  camera = await openCamera(video, { onText: seen, onProblem: say });
  drawTools();
}

video.addEventListener("playing", () => {
  if (finder.dataset.state !== "sending") say("running");
});
part("again").addEventListener("click", () => {
  say("opening");
  camera.next();
});
part("next").addEventListener("click", () => {
  lit = false;
  say("opening");
  camera.next();
});
part("torch").addEventListener("click", async () => {
  if (await camera.torch(!lit)) lit = !lit;
  drawTools();
});
// A page that comes back from the browser's memory has stopped its camera.
window.addEventListener("pageshow", (event) => {
  if (event.persisted) start();
});

start();
