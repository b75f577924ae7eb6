/* A frame of the video as a picture that can be handed to the worker. Most looks go to the square
   in the middle, where staff hold the code; every third to the whole, and harder. */

const LONGEST = 1280;
const WHOLE_EVERY = 3;
const canvas = document.createElement("canvas");

/* The message to the worker for the n-th look, and what of it changes hands. */
export async function grab(video, look) {
  const whole = look % WHOLE_EVERY === WHOLE_EVERY - 1;
  const area = whole ? all(video) : middle(video);
  const picture = globalThis.OffscreenCanvas ? await bitmap(video, area) : pixels(video, area);
  return { message: { look, picture, whole }, transfer: [picture.data?.buffer ?? picture] };
}

function all({ videoWidth: width, videoHeight: height }) {
  return { x: 0, y: 0, width, height };
}

function middle({ videoWidth, videoHeight }) {
  const side = Math.min(videoWidth, videoHeight);
  return { x: (videoWidth - side) >> 1, y: (videoHeight - side) >> 1, width: side, height: side };
}

/* Some cameras give more pixels than they were asked for. */
function size({ width, height }) {
  const scale = Math.min(1, LONGEST / Math.max(width, height));
  return [Math.round(width * scale), Math.round(height * scale)];
}

function bitmap(video, area) {
  const [resizeWidth, resizeHeight] = size(area);
  const { x, y, width, height } = area;
  return createImageBitmap(video, x, y, width, height, { resizeWidth, resizeHeight });
}

/* Where workers have no canvas (Safari before 16.4), the page draws. */
function pixels(video, area) {
  [canvas.width, canvas.height] = size(area);
  const brush = canvas.getContext("2d", { willReadFrequently: true });
  const { x, y, width, height } = area;
  brush.drawImage(video, x, y, width, height, 0, 0, canvas.width, canvas.height);
  return brush.getImageData(0, 0, canvas.width, canvas.height);
}
