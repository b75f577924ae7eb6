/* The verifier's only error: it carries the reason, and never leaves `check`. */

export class Refused extends Error {
  /** @param {string} reason one of the reasons of docs/pass-format.md, section 6 */
  constructor(reason) {
    super(reason);
    this.name = "Refused";
    this.reason = reason;
  }
}

/** Refuse with the reason unless the condition holds. */
export function need(condition, reason) {
  if (!condition) throw new Refused(reason);
}
