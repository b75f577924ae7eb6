/* Enrolment: the one-time token comes in the address's fragment, which no server sees, before the
   camera, or typed. With the first two comes the pin: the root in which this gate is to believe.
   What a gate that was expelled still holds grows no older here than elsewhere. */

import { fromBase64 } from "./base64.js";
import * as cameraBox from "./camera_box.js";
import { clock } from "./clock.js";
import * as enrolled from "./enrolled.js";
import * as store from "./store.js";
import { trust } from "./trust_store.js";
import { dropLate } from "./unsent.js";
import { word } from "./words.js";

const PIN_BYTES = 32;
const TIDY_EVERY = 60 * 60 * 1000;
const { enrolUrl, meUrl, homeUrl } = document.body.dataset;
const find = (id) => document.getElementById(id);
const form = find("enrol");
const field = find("token");
const failure = find("token-error");
const button = form.querySelector("button");
const label = button.textContent;

async function enrol({ token, pin = null }) {
  failure.hidden = true;
  setBusy(true);
  const problem = await attempt(token);
  if (!problem) {
    await believe(pin);
    location.replace(homeUrl);
    return;
  }
  setBusy(false);
  tell(problem);
  field.focus();
}

/* What went wrong, or nothing. That the cookie stays is tried at once: over plain http from
   another machine the browser drops it without a word. */
async function attempt(token) {
  try {
    const answer = await fetch(enrolUrl, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ token, keep: "cookie" }),
    });
    if (!answer.ok) return (await answer.json()).code;
    const me = await fetch(meUrl, { cache: "no-store" });
    if (!me.ok) return "insecure";
    enrolled.keep((await me.json()).device);
    return "";
  } catch {
    return "offline";
  }
}

/* A typed token brings no pin: the first answer of the server it was typed for does. */
async function believe(pin) {
  await trust.load();
  if (pin) await trust.pinTo(pin);
  else await store.put("facts", true, "pin_open");
}

/* The token and the pin of an enrolment's address; null for another text. */
function read(address) {
  try {
    const parts = new URLSearchParams(new URL(address, location.href).hash.slice(1));
    const token = parts.get("e");
    const pin = parts.get("r") && fromBase64(parts.get("r"));
    return token && { token, pin: pin?.length === PIN_BYTES ? pin : null };
  } catch {
    return null;
  }
}

async function tidy() {
  const kept = await store.get("facts", "clock");
  if (kept) clock.restore(kept);
  await dropLate();
}

function onSeen(text) {
  const found = read(text);
  if (!found) {
    tell("not_enrolment");
    return;
  }
  cameraBox.stop();
  find("camera").dataset.state = "off";
  field.value = found.token;
  enrol(found);
}

function setBusy(on) {
  button.disabled = on;
  button.textContent = on ? word("working") : label;
}

function tell(problem) {
  failure.textContent = word(problem);
  failure.hidden = false;
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  enrol(read(field.value) ?? { token: field.value });
});

setInterval(tidy, TIDY_EVERY);
tidy();
cameraBox.onCamera(onSeen);
const found = read(location.href);
if (found) {
  history.replaceState(null, "", location.pathname);
  field.value = found.token;
  enrol(found);
} else {
  field.focus();
}
