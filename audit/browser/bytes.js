/** Bytes: strict base64, hex, UTF-8 and comparisons, each with one way to write a thing. */

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

const SIXTETS = new Int16Array(256).fill(-1);
for (let i = 0; i < 64; i += 1) SIXTETS[ALPHABET.charCodeAt(i)] = i;

const EQUALS = 0x3d;

const strictUtf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const utf8 = new TextEncoder();

export const NO_BYTES = new Uint8Array(0);

/**
 * Decode bytes [start, end) as strict standard base64 with padding (RFC 4648 section 4).
 * @param {Uint8Array} text
 * @returns {Uint8Array} empty for anything else, also when bits behind the last byte are not zero
 */
export function decodeBase64(text, start = 0, end = text.length) {
  const length = end - start;
  if (length === 0 || length % 4) return NO_BYTES;
  let padding = 0;
  if (text[end - 1] === EQUALS) padding = text[end - 2] === EQUALS ? 2 : 1;
  const out = new Uint8Array((length / 4) * 3 - padding);
  let written = 0;
  for (let i = start; i < end; i += 4) {
    const pads = i + 4 === end ? padding : 0;
    const third = pads > 1 ? 0 : SIXTETS[text[i + 2]];
    const fourth = pads > 0 ? 0 : SIXTETS[text[i + 3]];
    const bits = (SIXTETS[text[i]] << 18) | (SIXTETS[text[i + 1]] << 12) | (third << 6) | fourth;
    if (bits < 0) return NO_BYTES;
    if (pads && bits & (pads === 1 ? 0xff : 0xffff)) return NO_BYTES;
    out[written] = bits >> 16;
    if (pads < 2) out[written + 1] = (bits >> 8) & 0xff;
    if (pads < 1) out[written + 2] = bits & 0xff;
    written += 3 - pads;
  }
  return out;
}

/** Return bytes as standard base64 with padding. */
export function encodeBase64(bytes) {
  let text = "";
  for (let i = 0; i < bytes.length; i += 3) {
    const left = bytes.length - i;
    const bits = (bytes[i] << 16) | ((left > 1 ? bytes[i + 1] : 0) << 8) | (left > 2 ? bytes[i + 2] : 0);
    text += ALPHABET[bits >> 18] + ALPHABET[(bits >> 12) & 63];
    text += left > 1 ? ALPHABET[(bits >> 6) & 63] : "=";
    text += left > 2 ? ALPHABET[bits & 63] : "=";
  }
  return text;
}

/** Return bytes as lower-case hex. */
export function encodeHex(bytes) {
  let text = "";
  for (const byte of bytes) text += byte.toString(16).padStart(2, "0");
  return text;
}

/** Return the text of strict UTF-8, or null; a byte order mark is a character like any other. */
export function decodeUtf8(bytes) {
  try {
    return strictUtf8.decode(bytes);
  } catch {
    return null;
  }
}

/** Return the UTF-8 of a text. */
export function encodeUtf8(text) {
  return utf8.encode(text);
}

/** Tell whether two byte strings are the same. */
export function sameBytes(a, b) {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i += 1) if (a[i] !== b[i]) return false;
  return true;
}

/** Return byte strings one after another. */
export function joinBytes(...parts) {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let place = 0;
  for (const part of parts) {
    whole.set(part, place);
    place += part.length;
  }
  return whole;
}

/** Compare texts by code points, as Python does: JavaScript's own `<` goes by UTF-16 units. */
export function compareText(a, b) {
  for (let i = 0; i < a.length && i < b.length; i += 1) {
    if (a[i] !== b[i]) return rank(a.charCodeAt(i)) - rank(b.charCodeAt(i));
  }
  return a.length - b.length;
}

/** Surrogates stand for code points above all others. */
function rank(unit) {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}

/** Return the place of the last empty line's first newline ("\n\n"), or -1. */
export function lastEmptyLine(bytes) {
  for (let i = bytes.length - 2; i >= 0; i -= 1) if (bytes[i] === 10 && bytes[i + 1] === 10) return i;
  return -1;
}

/** Tell whether an object itself has this member (older web views lack Object.hasOwn). */
export function has(object, name) {
  return Object.prototype.hasOwnProperty.call(object, name);
}
