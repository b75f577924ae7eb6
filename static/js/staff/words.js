/* The words of the page, as the server wrote them into it. */

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const table = new Map(
  [...document.querySelectorAll("#words [data-word]")].map((item) => [
    item.dataset.word,
    item.textContent.trim(),
  ]),
);

export function word(name, values = {}) {
  const text = table.get(name) ?? name;
  return text.replace(/\{(\w+)\}/g, (whole, key) => values[key] ?? whole);
}

export function has(name) {
  return table.has(name);
}

/* How long ago something was, in the largest unit that says enough. */
export function ago(seconds) {
  if (seconds < MINUTE) return word("ago_now");
  if (seconds < 2 * HOUR) return word("ago_minutes", { n: Math.floor(seconds / MINUTE) });
  if (seconds < 2 * DAY) return word("ago_hours", { n: Math.floor(seconds / HOUR) });
  return word("ago_days", { n: Math.floor(seconds / DAY) });
}
