/* Four signals that differ without looking: one rising tone, two equal ones, one low and long,
   one short tick. Browsers let sound begin with a tap, so `unlock` belongs to one. */

const SOUNDS = {
  PASS: [{ from: 660, to: 990, at: 0, lasts: 0.22 }],
  CHECK: [
    { from: 587, to: 587, at: 0, lasts: 0.16 },
    { from: 587, to: 587, at: 0.26, lasts: 0.16 },
  ],
  STOP: [{ from: 165, to: 165, at: 0, lasts: 0.8 }],
  GREY: [{ from: 400, to: 400, at: 0, lasts: 0.05 }],
};
const BUZZES = { PASS: [60], CHECK: [90, 110, 90], STOP: [600], GREY: [] };
const LOUD = 0.35;
const RAMP = 0.015;

let audio = null;

export function unlock() {
  audio ??= "AudioContext" in globalThis ? new AudioContext() : null;
  audio?.resume();
}

export function signal(outcome) {
  if (BUZZES[outcome].length > 0) navigator.vibrate?.(BUZZES[outcome]);
  if (audio?.state === "running") SOUNDS[outcome].forEach(play);
}

function play({ from, to, at, lasts }) {
  const begin = audio.currentTime + at;
  const tone = audio.createOscillator();
  const volume = audio.createGain();
  tone.type = "triangle";
  tone.frequency.setValueAtTime(from, begin);
  tone.frequency.linearRampToValueAtTime(to, begin + lasts);
  volume.gain.setValueAtTime(0, begin);
  volume.gain.linearRampToValueAtTime(LOUD, begin + RAMP);
  volume.gain.setValueAtTime(LOUD, begin + lasts - RAMP);
  volume.gain.linearRampToValueAtTime(0, begin + lasts);
  tone.connect(volume).connect(audio.destination);
  tone.start(begin);
  tone.stop(begin + lasts);
}
