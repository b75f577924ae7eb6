/* Reads the codes in a frame: by the browser's own reader where it has one, else by zxing in a
   worker. */

import { grab } from "./frame.js";

const FORMAT = "qr_code";

/* `read(video)` resolves to the texts in the frame now shown, one call at a time. */
export function openDecoder() {
  let reader = choose();
  return {
    async read(video) {
      if (video.readyState < HTMLMediaElement.HAVE_CURRENT_DATA) return [];
      try {
        return await (await reader).read(video);
      } catch (error) {
        // Some browsers have the reader's name but not the reader: then ours, for good.
        if (!(await reader).native) throw error;
        reader = Promise.resolve(ownReader());
        return [];
      }
    },
    close: async () => (await reader).close(),
  };
}

async function choose() {
  return (await hasNative()) ? nativeReader() : ownReader();
}

async function hasNative() {
  try {
    return (await globalThis.BarcodeDetector.getSupportedFormats()).includes(FORMAT);
  } catch {
    return false;
  }
}

function nativeReader() {
  const detector = new BarcodeDetector({ formats: [FORMAT] });
  return {
    native: true,
    read: async (video) => (await detector.detect(video)).map((code) => code.rawValue),
    close() {},
  };
}

function ownReader() {
  const worker = new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
  let looks = 0;
  let fault = null;
  let asked = null;
  worker.onmessage = ({ data }) => {
    if (data.look !== asked.look) return;
    if (data.texts) asked.resolve(data.texts);
    else asked.reject(Error(data.fault));
  };
  // Perhaps before anything was asked of it: then the first question hears of it.
  worker.onerror = () => {
    fault = Error("the worker did not start");
    asked?.reject(fault);
  };
  return {
    native: false,
    async read(video) {
      const look = looks++;
      const { message, transfer } = await grab(video, look);
      return new Promise((resolve, reject) => {
        asked = { look, resolve, reject };
        if (fault) reject(fault);
        else worker.postMessage(message, transfer);
      });
    },
    close: () => worker.terminate(),
  };
}
