/* Enrolment: the one-time token comes in the address's fragment, which no server sees, or typed. */

import { word } from "./words.js";

const { enrolUrl, meUrl, homeUrl } = document.body.dataset;
const form = document.getElementById("enrol");
const field = document.getElementById("token");
const failure = document.getElementById("token-error");
const button = form.querySelector("button");
const label = button.textContent;

async function enrol(token) {
  failure.hidden = true;
  button.disabled = true;
  button.textContent = word("working");
  const problem = await attempt(token);
  if (!problem) {
    location.replace(homeUrl);
    return;
  }
  button.disabled = false;
  button.textContent = label;
  failure.textContent = word(problem);
  failure.hidden = false;
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
    return me.ok ? "" : "insecure";
  } catch {
    return "offline";
  }
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  enrol(field.value);
});

const found = new URLSearchParams(location.hash.slice(1)).get("e");
if (found) {
  history.replaceState(null, "", location.pathname);
  field.value = found;
  enrol(found);
} else {
  field.focus();
}
