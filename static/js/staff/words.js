/* The words of the page, as the server wrote them into it. */

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
