/* Talking to the server: one place for time limits, the CSRF token, the clock and whether the
   line is up. An answer is {status, body}; without one, status is 0. */

const TIME_LIMIT = 4000;
const { meUrl, scansUrl } = document.body.dataset;

const state = { csrf: "", offset: null, skew: 0, lastHeard: 0, online: null };
const listeners = new Set();

export function onLink(listener) {
  listeners.add(listener);
}

/* The server's clock: this device's own, corrected at every answer of `me`. */
export function now() {
  return Date.now() + (state.offset ?? 0);
}

export function link() {
  const minutes = state.lastHeard ? Math.floor((Date.now() - state.lastHeard) / 60000) : null;
  const skew = state.offset === null ? null : Math.round(Math.abs(state.offset) / 1000);
  return { online: state.online, minutes, skew };
}

export async function me() {
  const sent = Date.now();
  const answer = await call(meUrl, { method: "GET" });
  if (answer.status === 200) {
    state.csrf = answer.body.csrf_token ?? "";
    state.offset = answer.body.now - (sent + Date.now()) / 2;
  }
  return answer;
}

export function sendScan(item) {
  return post(scansUrl, item);
}

export function sendBatch(items) {
  return post(scansUrl, { scans: items });
}

export function sendAdmission(id, admitted) {
  return post(`${scansUrl}${id}/admission/`, { admitted });
}

/* A token that the browser lost or the server no longer knows is fetched anew, once. */
async function post(url, data) {
  if (!state.csrf) await me();
  const answer = await send(url, data);
  if (answer.status !== 403 || answer.body?.code !== "permission_denied") return answer;
  await me();
  return send(url, data);
}

function send(url, data) {
  return call(url, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-CSRFToken": state.csrf },
    body: JSON.stringify(data),
  });
}

async function call(url, options) {
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(), TIME_LIMIT);
  try {
    const response = await fetch(url, {
      ...options,
      signal: limit.signal,
      credentials: "same-origin",
      cache: "no-store",
      redirect: "error",
    });
    const answer = { status: response.status, body: await response.json() };
    heard(response.status < 500);
    return answer;
  } catch {
    heard(false);
    return { status: 0, body: null };
  } finally {
    clearTimeout(timer);
  }
}

function heard(online) {
  if (online) state.lastHeard = Date.now();
  state.online = online;
  for (const listener of listeners) listener();
}
