/* The same pass shown again: by a second person, or by one who came back. What the server asks of
   all devices, a gate without network asks of itself: the same pass let in within three minutes,
   with no exit in between. A pass is known by its id, never by its text. */

import * as store from "./store.js";

const WINDOW = 3 * 60 * 1000;

export class Repeats {
  #seen = new Map();

  async load(now) {
    for (const one of await store.all("seen")) this.#seen.set(one.pass, one);
    this.#forget(now);
  }

  /* How many seconds ago this pass was let in, if that is suspicious; else null. */
  before(pass, at) {
    const { entry, exit = 0 } = this.#seen.get(pass) ?? {};
    if (!entry || exit > entry || Math.abs(at - entry) >= WINDOW) return null;
    return Math.round(Math.abs(at - entry) / 1000);
  }

  /* Somebody went in or out with it. */
  async note(pass, at, direction) {
    const known = this.#seen.get(pass);
    await this.#keep({ ...known, pass, [direction]: at, was: known?.entry });
    this.#forget(at);
  }

  /* It turned out otherwise: nobody went in with it this time. */
  async takeBack(pass) {
    const known = this.#seen.get(pass);
    if (known) await this.#keep({ ...known, entry: known.was });
  }

  async #keep(one) {
    this.#seen.set(one.pass, one);
    await store.put("seen", one);
  }

  #forget(now) {
    for (const { pass, entry = 0, exit = 0 } of this.#seen.values()) {
      if (Math.max(entry, exit) > now - WINDOW) continue;
      this.#seen.delete(pass);
      store.remove("seen", pass).catch(() => {});
    }
  }
}
