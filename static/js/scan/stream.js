/* A camera's stream: asked for, named in a word when it is refused, given back. */

// Enough for 69 modules at arm's length; more pixels only take longer to look through.
const PICTURE = { width: { ideal: 1280 }, height: { ideal: 720 } };
const WORDS = {
  NotAllowedError: "denied",
  SecurityError: "denied",
  NotFoundError: "none",
  OverconstrainedError: "none",
  NotReadableError: "busy",
  AbortError: "busy",
};

export class CameraProblem extends Error {
  constructor(word) {
    super(word);
    this.word = word;
  }
}

/* The camera of that name, else one that looks that way. */
export async function openStream({ facing, camera }) {
  const devices = navigator.mediaDevices;
  if (!devices?.getUserMedia) throw new CameraProblem(isSecureContext ? "none" : "insecure");
  const which = camera ? { deviceId: { exact: camera } } : { facingMode: { ideal: facing } };
  try {
    return await devices.getUserMedia({ audio: false, video: { ...PICTURE, ...which } });
  } catch (error) {
    throw new CameraProblem(WORDS[error.name] ?? "busy");
  }
}

/* The names of all cameras: known once one was allowed. */
export async function camerasOf() {
  const all = await navigator.mediaDevices.enumerateDevices();
  return all.filter((one) => one.kind === "videoinput").map((one) => one.deviceId);
}

export function release(stream) {
  for (const track of stream.getTracks()) track.stop();
}
