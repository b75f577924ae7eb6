/* As which device this browser is enrolled, kept for when a page opens without network; and the
   direction that staff chose on it. */

const KEPT = "healthcode-staff-device";
const WAY = "healthcode-staff-direction";

/* What the server said of it; null when there is none. */
export function kept() {
  return JSON.parse(localStorage.getItem(KEPT) ?? "null");
}

/* Another device begins with its own direction. */
export function keep(facts) {
  if (kept()?.id !== facts.id) localStorage.removeItem(WAY);
  localStorage.setItem(KEPT, JSON.stringify(facts));
}

export function forget() {
  localStorage.removeItem(KEPT);
  localStorage.removeItem(WAY);
}

export function chosenWay() {
  return localStorage.getItem(WAY);
}

export function chooseWay(direction) {
  localStorage.setItem(WAY, direction);
}
