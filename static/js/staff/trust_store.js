/* Whom this gate believes: the root's pin, the newest lists taken, and every kid that was ever
   killed. Nothing goes back on what was taken, here or after a restart. Times are unix seconds. */

import { check, keysFresh, listingOf, readKeyList, readState, readWithdrawn } from "../passes/index.js";
import * as store from "./store.js";

const EMPTY = { pin: null, keyList: null, state: null };
const OLD_LIST = 15 * 60;
const DAY = 24 * 60 * 60;

export class TrustStore {
  #core = EMPTY;
  #killed = [];
  #lists = new Map();
  #numbers = null;
  #foreign = false;

  async load() {
    const [core, killed, lists, numbers] = await Promise.all(
      ["trust", "killed", "lists", "numbers"].map((name) => store.get("facts", name)),
    );
    this.#core = core ?? EMPTY;
    this.#killed = killed ?? [];
    this.#lists = lists ?? new Map();
    this.#numbers = numbers ?? null;
  }

  get pin() {
    return this.#core.pin;
  }

  get keyList() {
    return this.#core.keyList;
  }

  get state() {
    return this.#core.state;
  }

  /* Whether a list of keys is held, so that codes can be judged here at all. */
  get able() {
    return Boolean(globalThis.crypto?.subtle && this.keyList);
  }

  /* Whether the newest state speaks of keys that are not held yet. */
  get lacksKeys() {
    return !this.keyList || (this.state?.version ?? 0) > this.keyList.version;
  }

  /* The time of the newest signed thing held. */
  get newest() {
    const held = [this.keyList, this.state, ...this.#lists.values()];
    return Math.max(0, ...held.map((thing) => thing?.iat ?? 0));
  }

  /* Another root than before: what the last one signed counts for nothing. */
  async pinTo(pin) {
    if (this.pin && same(this.pin, pin)) return;
    this.#core = { ...EMPTY, pin };
    this.#killed = [];
    this.#lists = new Map();
    this.#numbers = null;
    await store.remove("facts", "numbers");
    await store.put("facts", this.#core, "trust");
    await store.put("facts", this.#killed, "killed");
    await store.put("facts", this.#lists, "lists");
  }

  /* The root that the server goes by now: perhaps not the one this gate was told to believe. */
  meet(root) {
    this.#foreign = !same(this.pin, root);
  }

  /* Each `take…` throws ListRefused, and then nothing has changed. `takeState` returns the state
     that was read. */
  async takeKeys(data, now) {
    const keyList = await readKeyList(data, { pin: this.pin, held: this.keyList, now });
    await this.#keep({ keyList });
  }

  async takeState(data, now) {
    const state = await readState(data, { ...this.#known(now), held: this.state });
    const killed = await store.update("facts", "killed", (known = []) => [
      ...new Set([...known, ...this.#killed, ...state.killed]),
    ]);
    this.#killed = killed;
    await this.#keep({ state });
    return state;
  }

  async takeWithdrawn(data, number, now) {
    const held = this.#lists.get(number) ?? null;
    const list = await readWithdrawn(data, number, { ...this.#known(now), held });
    this.#lists.set(number, list);
    this.#forget(now);
    await store.put("facts", this.#lists, "lists");
  }

  /* Which lists there are, as the server says: one that is missing here is seen to be missing. */
  async expect(numbers) {
    this.#numbers = numbers;
    await store.put("facts", numbers, "numbers");
  }

  /* What the verifier is to go by at `now`. */
  circumstances(now, clockSure) {
    const lists = [...this.#lists.values()];
    const gate = {
      clockSure,
      keysFresh: keysFresh(this.state, this.keyList, now),
      listing: ({ slot }) => listingOf(lists, slot, now),
    };
    return { keys: this.keyList.keys, killed: this.#killed, gate, now };
  }

  check(text, { now, clockSure }) {
    return check(text, this.circumstances(now, clockSure));
  }

  /* How old the keys, the newest word about them and the oldest list are, in seconds; null where
     there is none. `list` is "none" where the city has none. Whether that is good enough. */
  readiness(now) {
    const age = (thing) => (thing ? Math.max(0, now - thing.iat) : null);
    const oldest = this.#oldestList();
    const list = oldest === "none" ? 0 : age(oldest);
    return {
      foreign: this.#foreign,
      keys: age(this.keyList),
      confirmed: age(this.state),
      fresh: this.able && keysFresh(this.state, this.keyList, now),
      list: oldest === "none" ? "none" : list,
      listGood: list !== null && list <= OLD_LIST,
      listUsable: list !== null && list <= DAY && (oldest === "none" || now < oldest.exp),
    };
  }

  #oldestList() {
    const wanted = this.#numbers ?? [...this.#lists.keys()];
    if (this.#numbers?.length === 0) return "none";
    const lists = wanted.map((number) => this.#lists.get(number) ?? null);
    if (lists.length === 0 || lists.includes(null)) return null;
    return lists.reduce((one, other) => (other.iat < one.iat ? other : one));
  }

  #known(now) {
    return { keyList: this.keyList ?? { keys: [] }, killed: this.#killed, now };
  }

  /* Another page of this gate may have taken newer lists meanwhile: the newer stay. */
  async #keep(news) {
    this.#core = await store.update("facts", "trust", (kept) =>
      newest({ ...this.#core, ...news }, kept ?? EMPTY),
    );
  }

  /* A list that no unexpired pass stands in is not renewed any more. */
  #forget(now) {
    for (const [number, list] of this.#lists) {
      if (now > list.exp + DAY) this.#lists.delete(number);
    }
  }
}

function newest(ours, kept) {
  if (!kept.pin || !same(kept.pin, ours.pin)) return ours;
  const keysBehind = (kept.keyList?.version ?? 0) > (ours.keyList?.version ?? 0);
  const stateBehind = (kept.state?.iat ?? 0) > (ours.state?.iat ?? 0);
  return {
    pin: ours.pin,
    keyList: keysBehind ? kept.keyList : ours.keyList,
    state: stateBehind ? kept.state : ours.state,
  };
}

function same(one, other) {
  return one.length === other.length && one.every((byte, index) => byte === other[index]);
}

/* What this page believes. */
export const trust = new TrustStore();
