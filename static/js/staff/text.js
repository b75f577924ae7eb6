/* What keyboards and input methods do to a scanned text is undone once, as on the server. */

const EDGES = /^[ \t\n\r\f\v]+|[ \t\n\r\f\v]+$/g;
const FULL_WIDTH = /[\uff01-\uff5e]/g;
const LOWER = /[a-z]/g;
const TO_ASCII = 0xfee0;

export function clean(text) {
  return text
    .replace(EDGES, "")
    .replace(FULL_WIDTH, (char) => String.fromCharCode(char.charCodeAt(0) - TO_ASCII))
    .replace(LOWER, (char) => char.toUpperCase());
}
