/* The code on a canvas: black on white with four modules of quiet, as the server draws it. */

import { encode } from "../../vendor/uqr/index.mjs";

const MASK = 3;
const QUIET = 4;

/**
 * Draw a text into a canvas, in whole pixels per module.
 * @param {HTMLCanvasElement} canvas
 * @param {string} text
 */
export function draw(canvas, text) {
  const { data, size } = encode(text, { ecc: "M", border: QUIET, maskPattern: MASK });
  const shown = canvas.parentElement.clientWidth * devicePixelRatio;
  const scale = Math.max(1, Math.ceil(shown / size));
  canvas.width = size * scale;
  canvas.height = size * scale;
  const pen = canvas.getContext("2d");
  pen.fillStyle = "#fff";
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.fillStyle = "#000";
  data.forEach((row, y) => {
    row.forEach((black, x) => black && pen.fillRect(x * scale, y * scale, scale, scale));
  });
}
