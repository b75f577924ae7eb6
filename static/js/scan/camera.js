/* The camera at a gate: its picture is looked at frame by frame, and a code is told once when it
   comes into sight. Out of sight of the page, the camera is given back. */

import { openDecoder } from "./decoder.js";
import { Sightings } from "./sightings.js";
import { camerasOf, CameraProblem, openStream, release } from "./stream.js";

// Frames are looked at twelve times a second at most: hands are slower, batteries are small.
const PACE = 80;
const RECOVERY = 1000;

/* Resolves once the picture runs, or once it is clear that it will not: then `onProblem` was told
   why ("insecure", "denied", "none" or "busy"; "reader" where codes cannot be read), and `next()`
   tries again. `onText` is told a text when it comes into sight, and again after it was away for
   about 1.5 s or after `forget()`. */
export async function openCamera(video, { onText, onProblem, facing = "environment" }) {
  const camera = new Camera(video, { onText, onProblem, facing });
  await camera.open();
  return {
    stop: () => camera.stop(),
    next: () => camera.next(),
    forget: () => camera.seen.forget(),
    torch: (on) => camera.torch(on),
    get cameras() {
      return camera.list;
    },
    get canTorch() {
      return camera.canTorch;
    },
  };
}

class Camera {
  seen = new Sightings();
  list = [];
  // Whatever was begun in an earlier turn finds that it is over, and ends.
  #turn = 0;
  #stream = null;
  #chosen = null;
  #decoder = null;

  constructor(video, told) {
    this.video = video;
    this.told = told;
    this.visibility = () => this.open();
    document.addEventListener("visibilitychange", this.visibility);
  }

  /* Anew, or not at all while nobody sees the page. */
  async open() {
    this.#close();
    if (document.hidden) return;
    this.#decoder ??= openDecoder();
    const turn = this.#turn;
    try {
      const stream = await openStream({ facing: this.told.facing, camera: this.#chosen });
      if (turn === this.#turn) await this.#show(stream);
      else release(stream);
    } catch (problem) {
      if (!(problem instanceof CameraProblem)) throw problem;
      this.#chosen = null;
      if (turn === this.#turn) this.told.onProblem(problem.word);
    }
  }

  stop() {
    document.removeEventListener("visibilitychange", this.visibility);
    this.#close();
    this.#loseDecoder();
  }

  /* The next camera, in a circle; where there is one only, that one afresh. */
  async next() {
    const at = this.list.indexOf(this.#track?.getSettings().deviceId);
    this.#chosen = this.list.length > 1 ? this.list[(at + 1) % this.list.length] : null;
    await this.open();
  }

  get canTorch() {
    return Boolean(this.#track?.getCapabilities?.().torch);
  }

  /* True if the lamp obeyed. */
  async torch(on) {
    if (!this.canTorch) return false;
    await this.#track.applyConstraints({ advanced: [{ torch: on }] });
    return true;
  }

  get #track() {
    return this.#stream?.getVideoTracks()[0];
  }

  async #show(stream) {
    const turn = this.#turn;
    this.#stream = stream;
    this.#track.addEventListener("ended", () => this.#recover(turn));
    this.list = await camerasOf();
    if (turn !== this.#turn) return;
    Object.assign(this.video, { srcObject: stream, muted: true, playsInline: true });
    await this.video.play().catch(() => {});
    this.#watch(turn);
  }

  /* One frame at a time: the next is taken when the last was read. */
  async #watch(turn) {
    while (turn === this.#turn) {
      await nextFrame(this.video);
      if (turn !== this.#turn) return;
      const started = performance.now();
      try {
        this.#tell(turn, await this.#decoder.read(this.video));
      } catch {
        if (turn === this.#turn) this.#cannotRead();
        return;
      }
      await pause(started + PACE - performance.now());
    }
  }

  #tell(turn, texts) {
    if (turn !== this.#turn) return;
    const fresh = texts.filter((text) => this.seen.isNew(text, performance.now()));
    // A fault of whoever listens must not end the watch.
    for (const text of fresh) queueMicrotask(() => this.told.onText(text));
  }

  /* The next attempt loads the reader afresh. */
  #cannotRead() {
    this.#close();
    this.#loseDecoder();
    this.told.onProblem("reader");
  }

  #loseDecoder() {
    this.#decoder?.close();
    this.#decoder = null;
  }

  /* Unplugged, or taken away by the system: asked for again, and the answer is the word. */
  async #recover(turn) {
    await pause(RECOVERY);
    if (turn === this.#turn) await this.open();
  }

  #close() {
    this.#turn += 1;
    if (this.#stream) release(this.#stream);
    this.#stream = null;
    this.video.srcObject = null;
  }
}

function nextFrame(video) {
  return new Promise((resolve) => {
    if (video.requestVideoFrameCallback) video.requestVideoFrameCallback(resolve);
    else requestAnimationFrame(resolve);
  });
}

function pause(ms) {
  return new Promise((resolve) => setTimeout(resolve, Math.max(0, ms)));
}
