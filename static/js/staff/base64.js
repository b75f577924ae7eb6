/* Base64 as it stands in addresses and answers (RFC 4648, section 5). */

export function fromBase64(text) {
  const plain = text.replaceAll("-", "+").replaceAll("_", "/");
  return Uint8Array.from(atob(plain), (char) => char.charCodeAt(0));
}
