/* The verifier: one outcome and exactly one reason for any text whatever.

   `check` asks what the code itself and the gate can answer (steps 1 to 12 of
   docs/pass-format.md, section 6); `conclude` judges the colour (step 13), the code's own or the
   current one. */

import { parseClaims } from "./claims.js";
import { importPoint, verifies } from "./es256.js";
import { PRESENTATION_AAD, readCode, signedBytes } from "./layers.js";
import { Refused, need } from "./refused.js";
import { readText } from "./text.js";
import { maySign, signedBy, trusted } from "./trust.js";

/* Seconds by which an issuer's or holder's clock may be ahead of the gate's. */
const EARLY = 30;
/* Seconds after which a presentation is taken for a screenshot. */
const LATE = 60;

const [GREEN, YELLOW, RED] = [1, 2, 3];
const OUTCOMES = { RED: "STOP", YELLOW: "CHECK", RULE: "CHECK", REPEATED: "CHECK", GREEN: "PASS" };

/**
 * What the verifier's own side knows of itself. `listing` is asked about bound passes, and about
 * paper where the gate is online, after everything before it was found in order; a gate without
 * it holds no withdrawn list.
 * @typedef {{clockSure?: boolean, keysFresh?: boolean, online?: boolean,
 *   listing?: (claims: import("./claims.js").Claims) => "valid" | "withdrawn" | "stale"}} Gate
 */

/**
 * The result of steps 1 to 12: a reason to stay grey, or null. `claims` are there as soon as the
 * issuer's signature and its right to sign them are sure; `shownAt` is a presentation's time.
 * @typedef {{reason: ?string, claims: ?import("./claims.js").Claims, shownAt: ?number}} Checked
 */

/**
 * What to do (PASS, CHECK, STOP or GREY), the one reason, and what the code said. `colour` is the
 * colour that was judged: null when it did not come to that.
 * @typedef {Checked & {outcome: string, reason: string, colour: ?number}} Verdict
 */

/**
 * @typedef {{keys: import("./trust.js").Key[], killed?: Iterable<string>, gate?: Gate,
 *   now: number}} Circumstances keys from `importKeys`, killed kids in hex, unix seconds
 */

/**
 * Return the verdict on a text by what the code itself says, or whoever asks knows better.
 * @param {string} text cleaned
 * @param {Circumstances & {colour?: ?number, ruleMet?: boolean, repeated?: boolean,
 *   compared?: boolean}} circumstances
 * @returns {Promise<Verdict>}
 */
export async function judge(text, circumstances) {
  return conclude(await check(text, circumstances), circumstances);
}

/**
 * Take the steps 1 to 12 and return the first reason not to go on, if any. Nothing in the text
 * throws.
 * @param {string} text cleaned
 * @param {Circumstances} circumstances
 * @returns {Promise<Checked>}
 */
export async function check(text, { keys, killed = [], gate = {}, now }) {
  try {
    const code = readCode(readText(text));
    const { claims, holder } = await believed(code, trusted(keys, killed, code.kid, now));
    const reason = await obstacle(code, claims, holder, gate, now);
    return { reason, claims, shownAt: code.shownAt };
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return { reason: error.reason, claims: null, shownAt: null };
  }
}

/**
 * Take step 13 and return the verdict; what `check` refused stays refused.
 *
 * `colour` is the holder's current one where it is known, else the pass speaks for itself.
 * `compared`: staff held the person's document against the name, without which paper, that anyone
 * can copy, never passes.
 * @param {Checked} checked
 * @returns {Verdict}
 */
export function conclude(
  { reason, claims, shownAt },
  { colour = null, ruleMet = true, repeated = false, compared = false } = {},
) {
  if (reason !== null || claims === null) {
    return { outcome: "GREY", reason: reason ?? "UNREADABLE", claims, shownAt, colour: null };
  }
  const judged = colour ?? claims.colour;
  const word = doubt(judged, ruleMet, repeated) ?? "GREEN";
  const copied = claims.kind === "paper" && word === "GREEN" && !compared;
  const outcome = copied ? "CHECK" : (OUTCOMES[word] ?? "GREY");
  return { outcome, reason: word, claims, shownAt, colour: judged };
}

/* Steps 4 and 5: the claims and the holder's key, once the issuer is known to have said them. */
async function believed(code, key) {
  const { issued, alg } = code;
  need(await signedBy(key, signedBytes(issued), issued.signature, alg), "BAD_SIGNATURE");
  const claims = parseClaims(code.claims);
  need(maySign(key, claims), "BAD_CLAIMS");
  const holder = claims.holder && (await importPoint(claims.holder));
  need(claims.holder === null || holder !== null, "BAD_CLAIMS");
  need(code.shown === null || claims.kind === "bound", "BAD_CLAIMS");
  return { claims, holder };
}

/* Steps 6 to 12, each looked at only when those before it found nothing. */
async function obstacle(code, claims, holder, gate, now) {
  if (claims.kind === "specimen") return "SPECIMEN";
  return (
    (holder && (await holderObstacle(code.shown, holder))) ??
    timeObstacle(claims, code.shownAt, gate, now) ??
    listObstacle(claims, gate)
  );
}

async function holderObstacle(shown, holder) {
  if (shown === null) return "NOT_BOUND";
  const message = signedBytes(shown, PRESENTATION_AAD);
  return (await verifies(holder, message, shown.signature)) ? null : "BAD_SIGNATURE";
}

function timeObstacle({ iat, exp }, shownAt, { clockSure = true, keysFresh = true }, now) {
  if (!clockSure) return "CLOCK";
  if (!keysFresh) return "STALE_KEYS";
  if (now < iat - EARLY) return "NOT_YET";
  if (now >= exp) return "EXPIRED";
  if (shownAt === null) return null;
  const age = now - shownAt;
  return iat <= shownAt && shownAt < exp && -EARLY <= age && age <= LATE ? null : "CLOCK";
}

function listObstacle(claims, { online = false, listing = () => "stale" }) {
  const paper = claims.kind === "paper";
  if (claims.kind === "bound" || (paper && online)) {
    const answer = listing(claims);
    if (answer === "withdrawn") return "WITHDRAWN";
    if (answer !== "valid") return "STALE_LIST";
  }
  return paper && !online ? "ASK_SERVER" : null;
}

function doubt(colour, ruleMet, repeated) {
  if (colour === RED) return "RED";
  if (colour === YELLOW) return "YELLOW";
  if (colour !== GREEN) return "UNASSESSED";
  if (!ruleMet) return "RULE";
  return repeated ? "REPEATED" : null;
}
