/** Signed notes (签名文书) after C2SP signed-note, canonical or refused, as domain/kernel/note.py reads them. */

import { NO_BYTES, decodeBase64, decodeUtf8, encodeUtf8, joinBytes, lastEmptyLine } from "./bytes.js";
import { telling } from "./errors.js";
import { sha256 } from "./sha2.js";

export const ED25519 = 0x01;
export const COSIGNATURE = 0x04;

const MAX_NOTE_BYTES = 1_000_000;
const MAX_SIGNATURES = 64;
const MAX_NAME_BYTES = 255;
const PUBLIC_KEY_BYTES = 32;
const NEWLINE = 0x0a;
const SPACE = 0x20;
const DASH = [0xe2, 0x80, 0x94, SPACE]; // "— "

// Unicode's spaces as Python counts them (JavaScript's \s differs), the plus sign and the controls
const BAD_IN_NAME = /[+\x00-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]/;
const KEY_ID = /^[0-9a-f]{8}$/;

const malformed = telling("note.malformed");
const noKey = telling("note.vkey_malformed");

/**
 * Parse a note strictly; nothing is verified.
 * @param {Uint8Array} note
 * @returns {{text: Uint8Array, signatures: {name: string, keyId: number, signature: Uint8Array}[]}}
 */
export function parseNote(note) {
  checkCharacters(note);
  return splitNote(note);
}

/** Throw `note.malformed` for what may stand in no note: too many bytes, no UTF-8, a control character. */
export function checkCharacters(note) {
  if (note.length > MAX_NOTE_BYTES) throw malformed(`超过 ${MAX_NOTE_BYTES} 字节`, `more than ${MAX_NOTE_BYTES} bytes`);
  for (const byte of note) {
    if (byte < SPACE && byte !== NEWLINE) {
      throw malformed(
        "含有换行以外的控制字符，例如行尾的 CRLF",
        "a control character other than the newline, such as CRLF at a line's end",
      );
    }
  }
  if (decodeUtf8(note) === null) throw malformed("不是 UTF-8 编码", "not UTF-8");
}

/** Return text and signatures; the characters of the text are the caller's to check. */
export function splitNote(note) {
  const end = lastEmptyLine(note);
  if (end < 0) {
    throw malformed(
      "签名行之前没有空行（行以 LF 结尾，不用 CRLF）",
      "no empty line before the signatures (a line ends in LF, not in CRLF)",
    );
  }
  if (note[note.length - 1] !== NEWLINE || end + 2 === note.length) {
    throw malformed("没有签名行，或末尾没有换行", "no signature line, or no newline at the end");
  }
  const lines = lineRanges(note, end + 2);
  if (lines.length > MAX_SIGNATURES) {
    throw malformed(`超过 ${MAX_SIGNATURES} 个签名`, `more than ${MAX_SIGNATURES} signatures`);
  }
  return { text: note.subarray(0, end + 1), signatures: lines.map(([from, to]) => parseLine(note, from, to)) };
}

/** Return [start, end) of each line from `start` on; the last byte is a newline. */
function lineRanges(note, start) {
  const lines = [];
  for (let from = start; from < note.length; ) {
    const to = note.indexOf(NEWLINE, from);
    lines.push([from, to]);
    from = to + 1;
  }
  return lines;
}

function parseLine(note, from, to) {
  let space = to - 1;
  while (space >= from && note[space] !== SPACE) space -= 1;
  const name = nameOf(note.subarray(from, Math.max(space, from)));
  const payload = decodeBase64(note, space + 1, to);
  if (payload.length < 5) {
    throw malformed("签名应为严格 base64，至少 5 字节", "a signature is strict base64 of at least 5 bytes");
  }
  return { name, keyId: keyIdAt(payload, 0), signature: payload.subarray(4) };
}

function keyIdAt(bytes, place) {
  return ((bytes[place] << 24) | (bytes[place + 1] << 16) | (bytes[place + 2] << 8) | bytes[place + 3]) >>> 0;
}

/** Return the key name in `— <name>`. */
function nameOf(head) {
  const dashed = DASH.every((byte, i) => head[i] === byte);
  if (!dashed || head.indexOf(SPACE, DASH.length) >= 0) {
    throw malformed("签名行应为「— 名称 base64」", "a signature line is '— <name> <base64>'");
  }
  const name = decodeUtf8(head.subarray(DASH.length));
  if (name === null || !isKeyName(name)) {
    throw malformed(
      "密钥名称应为 1 至 255 字节，不含空格和加号",
      "a key name is 1 to 255 bytes without space and plus sign",
    );
  }
  return name;
}

/** Tell whether a name may stand in a note: 1 to 255 bytes, no Unicode space, no control, no plus sign. */
export function isKeyName(name) {
  const bytes = encodeUtf8(name).length;
  return bytes > 0 && bytes <= MAX_NAME_BYTES && !BAD_IN_NAME.test(name);
}

/** Return SHA-256(name || 0x0A || algorithm || public key)[:4] as a number. */
export function keyIdOf(name, algorithm, publicKey) {
  return keyIdAt(sha256(joinBytes(encodeUtf8(name), [NEWLINE, algorithm], publicKey)), 0);
}

/**
 * Parse a verifier key of that algorithm; `note.vkey_malformed` also when its key id does not fit.
 * @param {string} text `<name>+<8 hex digits>+<base64 of algorithm and public key>`
 */
export function parseVkey(text, algorithm = ED25519) {
  const [name, id, ...rest] = text.split("+");
  const encoded = rest.join("+"); // the base64 may hold plus signs too
  if (!rest.length || !isKeyName(name) || !KEY_ID.test(id)) {
    throw noKey("应为「名称+8 位十六进制+base64」", "<name>+<8 hex digits>+<base64> expected");
  }
  const payload = /^[\x00-\x7f]*$/.test(encoded) ? decodeBase64(encodeUtf8(encoded)) : NO_BYTES;
  if (payload.length !== 1 + PUBLIC_KEY_BYTES || payload[0] !== algorithm) {
    throw noKey(
      `应为字节 ${algorithm} 和 32 字节 Ed25519 公钥的 base64`,
      `base64 of the byte ${algorithm} and a 32-byte Ed25519 key expected`,
    );
  }
  const publicKey = payload.subarray(1);
  const keyId = keyIdOf(name, algorithm, publicKey);
  const written = keyId.toString(16).padStart(8, "0");
  if (written !== id) throw noKey(`密钥编号是 ${written}，不是 ${id}`, `its key id is ${written}, not ${id}`);
  return { name, keyId, algorithm, publicKey };
}
