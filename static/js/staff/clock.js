/* Gate time: the server's clock as this gate heard it last, carried on by the clock inside the
   page, which nobody can set. After a restart without network it is the wall clock, corrected as
   it was before. Whether to believe it is `doubt`. All times are milliseconds. */

const DAY = 24 * 60 * 60 * 1000;
const PARTED = 30 * 1000;

export class GateClock {
  #wall;
  #steady;
  #anchor = null;
  #heardAt = null;
  #newest = 0;
  #parted = false;

  constructor({ wall = () => Date.now(), steady = () => performance.now() } = {}) {
    this.#wall = wall;
    this.#steady = steady;
  }

  now() {
    if (!this.#anchor) return this.#wall();
    return this.#anchor.gate + this.#steady() - this.#anchor.steady;
  }

  /* The server says what time it is. */
  hear(time) {
    this.#set(time);
    this.#heardAt = time;
    this.#parted = false;
  }

  /* Something signed at this time is held: it is not earlier now. */
  hold(time) {
    this.#newest = Math.max(this.#newest, time);
  }

  /* A state newer than any before has just come, signed at this time. It was some seconds under
     way: it puts a clock forward that is behind it, and never back. */
  learn(time) {
    this.hold(time);
    if (time > this.now()) this.hear(time);
  }

  /* How to go on after a restart: `kept` is what `toKeep` gave. */
  restore(kept) {
    this.#set(this.#wall() + kept.offset);
    this.#heardAt = kept.heardAt;
    this.#newest = Math.max(this.#newest, kept.newest);
    this.#parted = kept.parted ?? false;
  }

  get toKeep() {
    return {
      offset: this.now() - this.#wall(),
      heardAt: this.#heardAt,
      newest: this.#newest,
      parted: this.#hasParted,
    };
  }

  /* Why the time is not sure: "never" heard, "old", "parted" from the wall clock, or "behind" what
     is known to have been signed; null when it is. */
  get doubt() {
    if (this.#heardAt === null) return "never";
    if (this.now() - this.#heardAt > DAY) return "old";
    if (this.#hasParted) return "parted";
    return this.now() < this.#newest ? "behind" : null;
  }

  /* Seconds by which the wall clock is off. */
  get skew() {
    return Math.round(Math.abs(this.now() - this.#wall()) / 1000);
  }

  #set(time) {
    this.#anchor = { gate: time, wall: this.#wall(), steady: this.#steady() };
  }

  /* Also before the restart: which of the two clocks was right then, nobody knows. */
  get #hasParted() {
    return this.#parted || Math.abs(this.#drift()) > PARTED;
  }

  #drift() {
    if (!this.#anchor) return 0;
    const { wall, steady } = this.#anchor;
    return this.#wall() - wall - (this.#steady() - steady);
  }
}

/* The clock of this page. */
export const clock = new GateClock();
