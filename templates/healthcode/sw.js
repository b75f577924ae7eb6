/* Keeps the files of the code page, so that it opens without network. What a person's code
   says is not kept here: the page keeps that itself, and forgets it on signing out. */

const CACHE = "healthcode-code";
const VERSION = "{{ version }}";
const SHELL = "{{ shell }}";
const FILES = [{% for file in files %}"{{ file|escapejs }}", {% endfor %}];
const PATIENCE = 4000;

self.addEventListener("install", (event) => event.waitUntil(fill()));
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

async function fill() {
  const cache = await caches.open(CACHE);
  const fresh = [...FILES, SHELL].map((url) => new Request(url, { cache: "no-cache" }));
  await cache.addAll(fresh);
  await self.skipWaiting();
}

self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== location.origin) return;
  if (event.request.mode === "navigate" && url.pathname === "/") event.respondWith(page(event));
  else if (FILES.includes(url.pathname)) event.respondWith(file(event.request));
});

/* The network's page, or the empty one that fills itself from what the phone keeps. */
async function page({ request }) {
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(), PATIENCE);
  try {
    const answer = await fetch(request, { signal: limit.signal });
    if (answer.status < 500) return answer;
    return (await caches.match(SHELL)) ?? answer;
  } catch (error) {
    const kept = await caches.match(SHELL);
    if (kept) return kept;
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

async function file(request) {
  try {
    return await fetch(request);
  } catch {
    return (await caches.match(request, { ignoreSearch: true })) ?? Response.error();
  }
}
