/* The card for when there is no network: kept as it was drawn, without the full name, with the
   difference between this phone's clock and the server's. */

import { keepCard, lastCard } from "./wallet.js";

export async function keep(element, offset) {
  const copy = element.cloneNode(true);
  copy.querySelector(".name__full").textContent = copy.querySelector(".name__masked").textContent;
  copy.querySelector(".frame__code svg")?.remove();
  try {
    await keepCard({ html: copy.outerHTML, offset });
  } catch {
    // A browser that keeps nothing shows the code online only.
  }
}

/* Put the kept card into the page; the clock's difference, or null where nothing is kept. */
export async function restore(place) {
  const kept = await lastCard().catch(() => null);
  if (!kept) return null;
  const parsed = new DOMParser().parseFromString(kept.html, "text/html");
  place.replaceWith(document.adoptNode(parsed.body.firstElementChild));
  return kept.offset;
}
