/* Talking to the server: one place for time limits, the CSRF token, the clock and whether the
   line is up. An answer is {status, body}; without one, status is 0. */

import { clock } from "./clock.js";

const TIME_LIMIT = 4000;
const { meUrl, kitUrl, storeUrl, scansUrl, listsUrl } = document.body.dataset;
const published = (name) => new URL(`../${name}`, new URL(listsUrl ?? "", location)).pathname;

const state = { csrf: "", lastHeard: 0, online: null };
const listeners = new Set();

export function onLink(listener) {
  listeners.add(listener);
}

export function link() {
  const minutes = state.lastHeard ? Math.floor((Date.now() - state.lastHeard) / 60000) : null;
  return { online: state.online, minutes };
}

export function me() {
  return ask(meUrl);
}

/* Everything a gate needs to judge without network. */
export function kit() {
  return ask(kitUrl);
}

/* Says which store this is and how much waits in it; the answer may be that another is lost. */
export function tellStore(store, waiting) {
  return write(storeUrl, { store, waiting }, "PUT");
}

export function sendScan(item) {
  return write(scansUrl, item);
}

export function sendBatch(items) {
  return write(scansUrl, { scans: items });
}

export function sendAdmission(id, { admitted, compared = false }) {
  return write(`${scansUrl}${id}/admission/`, { admitted, compared });
}

/* What anybody may read: "keys", "state", "withdrawn/3"; null without an answer. */
export async function getBytes(name) {
  const { status, body } = await fetchWithin(published(name), {}, (response) =>
    response.arrayBuffer(),
  );
  return status === 200 ? new Uint8Array(body) : null;
}

/* The numbers of the lists of withdrawn passes; null without an answer. */
export async function getLists() {
  const { status, body } = await fetchWithin(listsUrl, {});
  return status === 200 ? body.lists : null;
}

/* The answer carries the server's clock: it was read about half way. */
async function ask(url) {
  const sent = performance.now();
  const answer = await call(url, { method: "GET" });
  if (answer.status === 200) {
    state.csrf = answer.body.csrf_token ?? state.csrf;
    clock.hear(answer.body.now + (performance.now() - sent) / 2);
  }
  return answer;
}

/* A token that the browser lost or the server no longer knows is fetched anew, once. */
async function write(url, data, method = "POST") {
  if (!state.csrf) await me();
  const answer = await send(url, data, method);
  if (answer.status !== 403 || answer.body?.code !== "permission_denied") return answer;
  await me();
  return send(url, data, method);
}

function send(url, data, method) {
  return call(url, {
    method,
    headers: { "Content-Type": "application/json", "X-CSRFToken": state.csrf },
    body: JSON.stringify(data),
  });
}

async function call(url, options) {
  const answer = await fetchWithin(url, {
    ...options,
    credentials: "same-origin",
    cache: "no-store",
  });
  heard(answer.status > 0 && answer.status < 500);
  return answer;
}

async function fetchWithin(url, options, read = readJson) {
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(), TIME_LIMIT);
  try {
    const response = await fetch(url, { ...options, signal: limit.signal, redirect: "error" });
    return { status: response.status, body: await read(response) };
  } catch {
    return { status: 0, body: null };
  } finally {
    clearTimeout(timer);
  }
}

/* A refusal without a body is a refusal; a page that some network puts in the place of an answer is
   none. */
async function readJson(response) {
  try {
    return await response.json();
  } catch (error) {
    if (response.ok) throw error;
    return null;
  }
}

function heard(online) {
  if (online) state.lastHeard = Date.now();
  state.online = online;
  for (const listener of listeners) listener();
}
