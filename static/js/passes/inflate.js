/* zlib (RFC 1950) with a cap that holds while inflating: what would grow beyond it is not grown.

   The browser's stream inflates each slice it is given whole, and deflate grows a thousandfold at
   most, so slices are small and the next is given only when the last was taken. */

const SLICE = 128;

/**
 * Return the bytes, or null where they are more than `most`, broken, cut short or followed by
 * others.
 * @param {Uint8Array} data
 * @param {number} most
 * @returns {Promise<?Uint8Array>}
 */
export async function inflate(data, most) {
  const { readable, writable } = new DecompressionStream("deflate");
  const work = [taken(readable.getReader(), most), feed(writable.getWriter(), data)];
  // Where the data are not zlib, or reading was given up, one side fails or both do.
  const [found] = await Promise.allSettled(work);
  return found.value ?? null;
}

async function feed(writer, data) {
  for (let at = 0; at < data.length; at += SLICE) {
    await writer.ready;
    await writer.write(data.subarray(at, at + SLICE));
  }
  await writer.close();
}

async function taken(reader, most) {
  const bytes = new Uint8Array(most);
  let size = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return bytes.slice(0, size);
    if (size + value.length > most) {
      await reader.cancel();
      return null;
    }
    bytes.set(value, size);
    size += value.length;
  }
}
