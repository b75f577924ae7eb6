/* Which codes are in sight: one that stays, or flickers, was seen once. */

const GONE = 1500;

export class Sightings {
  #last = new Map();

  /* Whether a text read now, in milliseconds, has just come into sight. */
  isNew(text, now) {
    for (const [known, at] of this.#last) if (now - at > GONE) this.#last.delete(known);
    const fresh = !this.#last.has(text);
    this.#last.set(text, now);
    return fresh;
  }

  forget() {
    this.#last.clear();
  }
}
