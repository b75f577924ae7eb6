/* One person at the gate, from the code to the door: this gate's own verdict, the server's, what
   is shown, what staff say, and what is kept until the server has it.

   A tick waits for the server a moment; so does a grey that only says that this gate cannot know,
   since the server probably can and the screen need not change twice. Any other verdict shows at
   once. The server's takes the place of the gate's whenever it comes, unless staff have acted. The
   gate's own goes with the scan each time it is sent, so that the server keeps both. */

import { repeats } from "./gate.js";
import * as home from "./home.js";
import * as outbox from "./outbox.js";
import { link, sendAdmission, sendScan } from "./server.js";
import * as verdict from "./verdict.js";
import { word } from "./words.js";

const PATIENCE = 800;
const NOT_TAKEN = [400, 409];

export class Turn {
  #item;
  #own;
  #way;
  #at;
  #told;
  #shown = null;
  #said;
  #answered = false;
  #settled = false;
  #over = false;

  /* `item` is {scan_id, text, direction}, `own` this gate's verdict, `way` {direction, attended,
     hours}, `at` the moment in milliseconds. `told` hears when something is shown (`showing`),
     when the screen is free again (`done`), a word for staff (`note`) and each answer
     (`answered`). */
  constructor({ item, own, way, at }, told) {
    this.#item = item;
    this.#own = own;
    this.#way = way;
    this.#at = at;
    this.#told = told;
  }

  /* Resolves when something is shown. Kept before it is sent, as not let in: a page that dies
     before the verdict was seen loses nothing and claims nothing. */
  async take() {
    outbox.hold(this.#item.scan_id);
    if (!(await this.#keep(false))) this.#told.note(word("no_room"));
    const answering = sendScan({ ...this.#item, ...this.#verdict() });
    const early = await within(answering, this.#patience());
    if (early) return this.#settle(early);
    this.#present(this.#asOwn());
    answering.then((answer) => this.#settle(answer));
    return undefined;
  }

  /* Staff say whether the person goes in. */
  async say(admitted) {
    this.#said = admitted;
    if (admitted) this.#remember(true);
    const compared = admitted && verdict.asksForDocument(this.#shown);
    const kept = this.#answered ? this.#sendWord({ admitted, compared }) : this.#keep(admitted);
    verdict.close();
    await kept;
  }

  /* What was shown has been acted upon: by staff, by time, or by the next in line. */
  end() {
    if (this.#over) return;
    this.#over = true;
    if (this.#isEntry && !this.#answered) this.#said ??= this.#shown.goesIn;
    this.#free();
  }

  get #isEntry() {
    return this.#way.direction === "entry";
  }

  #patience() {
    if (this.#own.reason === "OFFLINE") return Infinity;
    if (this.#own.unsure) return PATIENCE;
    return this.#own.outcome === "PASS" && link().online !== false ? PATIENCE : 0;
  }

  #verdict() {
    return { device_outcome: this.#own.outcome, device_reason: this.#own.reason };
  }

  /* An exit needs no word about the door. */
  #keep(admitted) {
    const door = this.#isEntry ? { admitted } : {};
    const item = { ...this.#item, ...this.#verdict(), ...door };
    return outbox.put({ scan_id: item.scan_id, item });
  }

  async #settle(answer) {
    this.#settled = true;
    this.#told.answered(answer);
    if (answer.status === 200) await this.#decided(answer.body);
    else if (NOT_TAKEN.includes(answer.status)) await this.#notTaken();
    else if (!this.#shown) this.#present(this.#asOwn(answer.status));
    this.#free();
  }

  async #decided(body) {
    this.#answered = true;
    if (this.#over || this.#said !== undefined) return this.#compare(body);
    const shown = this.#asServer(body);
    if (this.#shown) this.#correct(shown);
    else this.#present(shown);
    return outbox.remove(this.#item.scan_id);
  }

  /* Staff acted before the server answered: what they did stands, and the server hears of it. */
  async #compare(body) {
    if (body.outcome !== this.#shown.outcome) {
      this.#told.note(word("server_said", { word: word(body.outcome) }));
    }
    const agreed = this.#said === undefined || this.#said === body.admitted;
    if (agreed) await outbox.remove(this.#item.scan_id);
  }

  async #notTaken() {
    await outbox.remove(this.#item.scan_id);
    if (this.#shown) outbox.countRefused();
    else this.#present({ ...REFUSED, todo: word("REFUSED") });
  }

  #asServer(body) {
    return {
      outcome: body.outcome,
      reason: body.reason,
      name: body.name,
      todo: verdict.sentence(body, this.#way),
      row: body.admitted === null ? "choose" : "next",
      goesIn: body.admitted === true,
    };
  }

  #asOwn(status = 0) {
    const { outcome, reason, name } = this.#own;
    const busy = reason === "OFFLINE" && status === 429;
    return {
      outcome,
      reason,
      name,
      todo: busy ? word("BUSY") : verdict.sentence(this.#own, this.#way),
      row: busy ? "next" : this.#rowOfOwn(),
      goesIn: outcome === "PASS",
    };
  }

  #rowOfOwn() {
    const staffSay = this.#isEntry && this.#way.attended;
    if (staffSay && this.#own.outcome === "CHECK") return "choose";
    return staffSay && this.#own.unsure ? "papers" : "next";
  }

  #present(shown) {
    if (document.body.dataset.screen === "stopped") return;
    this.#told.showing(this);
    this.#shown = shown;
    if (shown.goesIn && !this.#answered) this.#keep(true);
    if (shown.goesIn || !this.#isEntry) this.#remember(true);
    home.count(shown.outcome, 1);
    home.showLast(shown.outcome);
    verdict.show(shown, () => {
      this.end();
      this.#told.done(this);
    });
  }

  #correct(shown) {
    if (this.#shown.goesIn !== shown.goesIn) this.#remember(shown.goesIn);
    home.count(this.#shown.outcome, -1);
    home.count(shown.outcome, 1);
    home.showLast(shown.outcome);
    this.#shown = shown;
    verdict.correct(shown);
  }

  async #sendWord(said) {
    const id = this.#item.scan_id;
    await outbox.put({ scan_id: id, ...said });
    const { status } = await sendAdmission(id, said);
    if (status === 200) await outbox.remove(id);
  }

  /* Who went through with this pass; an exit is one whatever the verdict. */
  #remember(goesThrough) {
    const { passId } = this.#own;
    if (!passId) return;
    const done = goesThrough
      ? repeats.note(passId, this.#at, this.#way.direction)
      : repeats.takeBack(passId);
    done.catch(() => {});
  }

  #free() {
    if (this.#over && this.#settled) outbox.release(this.#item.scan_id);
  }
}

const REFUSED = { outcome: "GREY", reason: "REFUSED", name: "", row: "next", goesIn: false };

/* The answer if it comes in time, else null. */
function within(answering, patience) {
  if (patience === 0) return null;
  if (patience === Infinity) return answering;
  const late = new Promise((resolve) => setTimeout(resolve, patience, null));
  return Promise.race([answering, late]);
}
