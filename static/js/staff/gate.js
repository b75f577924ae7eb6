/* This gate's own verdict on a text, without asking anybody: by the lists it holds, its clock, the
   venue's rule and what it saw in the last minutes. */

import { clean, conclude } from "../passes/index.js";
import { clock } from "./clock.js";
import { Repeats } from "./repeats.js";
import { trust } from "./trust_store.js";

const HOUR = 3600;
/* Grey not because of the code, but because this gate cannot know: the server may. */
const UNSURE = new Set(["STALE_KEYS", "STALE_LIST", "ASK_SERVER", "UNKNOWN_ISSUER", "OFFLINE"]);
const NO_VERDICT = { outcome: "GREY", reason: "OFFLINE", name: "", passId: null, unsure: true };

export const repeats = new Repeats();

export { clean };

/**
 * Return this gate's verdict: what the server would answer, as far as it is known here. `passId`
 * is hex, null where nothing is believed of the text; `unsure`: the server may know better.
 * @param {string} text cleaned
 * @param {{at: number, direction: string, hours: ?number}} circumstances `at` in milliseconds;
 *   `hours` is how fresh the venue wants a negative sample
 */
export async function judge(text, { at, direction, hours }) {
  if (!trust.able) return { ...NO_VERDICT };
  const now = Math.floor(at / 1000);
  const clockSure = clock.doubt === null;
  const checked = await trust.check(text, { now, clockSure });
  const { claims } = checked;
  const passId = claims && toHex(claims.passId);
  const before = passId && direction === "entry" ? repeats.before(passId, at) : null;
  const verdict = conclude(checked, {
    ruleMet: meets(hours, claims, now),
    repeated: before !== null,
  });
  return facts(verdict, { now, before, passId, clockSure });
}

function facts({ outcome, reason, claims }, { now, before, passId, clockSure }) {
  const grey = outcome === "GREY";
  const ownClock = reason === "CLOCK" && !clockSure;
  return {
    outcome,
    reason,
    name: grey ? "" : claims.name,
    negative_hours: grey ? null : hoursSince(claims, now),
    shown_before: reason === "REPEATED" ? before : null,
    passId,
    ownClock,
    unsure: grey && (ownClock || UNSURE.has(reason)),
  };
}

/* The pass names the hour in which the sample was taken: its first second counts. */
function meets(hours, claims, now) {
  if (hours === null || hours === undefined || !claims) return true;
  return Boolean(claims.hour) && now - claims.hour * HOUR <= hours * HOUR;
}

function hoursSince({ hour }, now) {
  return hour ? Math.max(0, Math.ceil((now - hour * HOUR) / HOUR)) : null;
}

function toHex(bytes) {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
