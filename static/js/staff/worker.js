/* The service worker keeps the page for hours without network. A newer one waits until this page
   is at rest on the home screen, takes over there and has the page opened anew: nobody's verdict
   is interrupted, and what is stored stays. */

const { workerUrl } = document.body.dataset;
const { serviceWorker } = navigator;

let waiting = null;
let asked = false;

export async function start() {
  if (!serviceWorker) return;
  serviceWorker.addEventListener("controllerchange", () => {
    if (asked) location.reload();
  });
  try {
    follow(await serviceWorker.register(workerUrl, { updateViaCache: "none" }));
  } catch {
    // Some browsers have none, or none in private windows: the page then needs the network to open.
  }
}

function follow(registration) {
  notice(registration.waiting);
  registration.addEventListener("updatefound", () => {
    const { installing } = registration;
    installing?.addEventListener("statechange", () => {
      if (installing.state === "installed") notice(registration.waiting);
    });
  });
}

/* The page is at rest: now would be a good time. */
export function rest() {
  if (!waiting || asked) return;
  asked = true;
  waiting.postMessage("take over");
}

function notice(worker) {
  if (!worker || !serviceWorker.controller) return;
  waiting = worker;
  if (document.body.dataset.screen === "home") rest();
}
