/* The staff page without network: its files as they were when this worker was installed, all of
   one version; its two pages from the server while that answers with this version, else as they
   were last. Nothing of /api/ or /.well-known/ passes through here. */

const VERSION = "{{ version }}";
const CACHE = `staff-${VERSION}`;
const FILES = [{% for file in files %}"{{ file|escapejs }}"{% if not forloop.last %}, {% endif %}{% endfor %}];
const PAGES = [{% for page in pages %}"{{ page|escapejs }}"{% if not forloop.last %}, {% endif %}{% endfor %}];
const PATIENCE = 3000;

addEventListener("install", (event) => event.waitUntil(install()));
addEventListener("activate", (event) => event.waitUntil(activate()));
addEventListener("message", ({ data }) => {
  if (data === "take over") skipWaiting();
});
addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== location.origin) return;
  if (request.mode === "navigate" && PAGES.includes(pathname)) event.respondWith(page(request));
  else if (FILES.includes(pathname)) event.respondWith(file(request));
});

async function install() {
  const cache = await caches.open(CACHE);
  await cache.addAll(FILES.map((url) => new Request(url, { cache: "reload" })));
  for (const url of PAGES) await keep(url, await fetch(url, { cache: "reload" }));
}

async function activate() {
  const old = (await caches.keys()).filter((name) => name.startsWith("staff-") && name !== CACHE);
  await Promise.all(old.map((name) => caches.delete(name)));
  await clients.claim();
}

async function file(request) {
  const cache = await caches.open(CACHE);
  return (await cache.match(request, { ignoreSearch: true, ignoreVary: true })) ?? fetch(request);
}

/* A page of another version would be given this version's files: the page that goes with them is
   shown until the next worker has all of its own. */
async function page(request) {
  const { pathname } = new URL(request.url);
  const cache = await caches.open(CACHE);
  const kept = await cache.match(pathname, { ignoreVary: true });
  const fresh = await inTime(fetch(request), kept);
  if (fresh && (await keep(pathname, fresh))) return fresh;
  if (fresh && kept) registration.update().catch(() => {});
  return kept ?? fresh ?? Response.error();
}

async function keep(pathname, fresh) {
  if (!fresh.ok || fresh.headers.get("Healthcode-Version") !== VERSION) return false;
  await (await caches.open(CACHE)).put(pathname, fresh.clone());
  return true;
}

/* Where a page is kept, a slow network counts as none. */
async function inTime(fetching, kept) {
  const late = new Promise((resolve) => setTimeout(resolve, PATIENCE, null));
  try {
    return await (kept ? Promise.race([fetching, late]) : fetching);
  } catch {
    return null;
  }
}
