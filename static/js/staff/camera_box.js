/* The camera's part of the scan screen: the picture, lamp and other camera, and what to do where
   there is none. A scanner that types works all the same. */

import { openCamera } from "../scan/camera.js";
import { word } from "./words.js";

const CHOICE = "healthcode-staff-camera";
const find = (id) => document.getElementById(id);
const box = find("camera");

let camera = null;
let lit = false;
let turn = 0;
let trouble = "";
let listener = () => {};

export function onCamera(told) {
  listener = told;
}

/* As staff chose last; without a choice, where the device is held in the hand. */
export function startIfWanted() {
  const chosen = localStorage.getItem(CHOICE);
  const wanted = chosen ? chosen === "on" : matchMedia("(pointer: coarse)").matches;
  if (wanted) start();
  else draw("off");
}

export async function start() {
  stop();
  draw("opening");
  const mine = turn;
  const opened = await openCamera(find("video"), {
    onText: (text) => listener(text),
    onProblem: (problem) => mine === turn && draw("problem", problem),
  });
  if (mine !== turn) {
    opened.stop();
    return;
  }
  camera = opened;
  draw(box.dataset.state, trouble);
}

/* The picture goes; the screen stays as it is. */
export function stop() {
  camera?.stop();
  camera = null;
  lit = false;
  turn += 1;
}

/* Whatever is in sight is told again. */
export function lookAgain() {
  camera?.forget();
}

function draw(state, problem = "") {
  box.dataset.state = state;
  trouble = problem;
  find("camera-problem").textContent = problem && word(`camera_${problem}`);
  find("torch").hidden = !camera?.canTorch;
  find("torch").setAttribute("aria-pressed", String(lit));
  find("switch").hidden = (camera?.cameras.length ?? 0) < 2;
  find("camera-on").hidden = state === "running" || state === "opening";
  find("camera-off").hidden = state !== "running";
}

find("camera-on").addEventListener("click", () => {
  localStorage.setItem(CHOICE, "on");
  start();
});
find("camera-off").addEventListener("click", () => {
  localStorage.setItem(CHOICE, "off");
  stop();
  draw("off");
});
find("switch").addEventListener("click", async () => {
  draw("opening");
  lit = false;
  await camera.next();
  draw(box.dataset.state, trouble);
});
find("torch").addEventListener("click", async () => {
  if (await camera.torch(!lit)) lit = !lit;
  draw(box.dataset.state, trouble);
});
// The camera comes back by itself, as after the page was out of sight.
find("video").addEventListener("playing", () => draw("running"));
