/** Checkpoints (检查点) and their cosignatures (见证签名) after C2SP tlog-checkpoint and tlog-cosignature. */

import { NO_BYTES, decodeBase64, decodeUtf8, encodeUtf8, joinBytes, sameBytes } from "./bytes.js";
import { refusal, telling } from "./errors.js";
import { verifyEd25519 } from "./ed25519.js";
import { LAST_TIME_S } from "./generated.js";
import { EMPTY_ROOT, HASH_BYTES } from "./merkle.js";
import { COSIGNATURE, ED25519, isKeyName, parseNote } from "./note.js";

const DECIMAL = /^(?:0|[1-9][0-9]{0,18})$/;
const MAX_SIZE = 2n ** 63n - 1n;

const malformed = telling("checkpoint.malformed");

/** Return a number written without sign and leading zero, at most 2**63 - 1; else -1. */
export function parseDecimal(text) {
  return DECIMAL.test(text) && BigInt(text) <= MAX_SIZE ? Number(text) : -1;
}

/**
 * Parse a checkpoint's text strictly: origin, size, root, a line each. Its signature is not looked at.
 * @param {Uint8Array} text
 */
export function parseCheckpoint(text) {
  const lines = (decodeUtf8(text) ?? "").split("\n");
  if (lines.length !== 4 || lines[3]) {
    throw malformed("应为三行：来源、条数、根", "three lines expected: origin, size, root");
  }
  const [origin, decimal, encoded] = lines;
  const size = parseDecimal(decimal);
  const root = /^[\x00-\x7f]*$/.test(encoded) ? decodeBase64(encodeUtf8(encoded)) : NO_BYTES;
  if (!isKeyName(origin)) throw malformed("日志来源不含空格和加号", "an origin has no spaces and no plus sign");
  if (size < 0 || root.length !== HASH_BYTES) {
    throw malformed("条数应为 0 至 2^63-1，根应为 32 字节", "a size from 0 to 2^63-1 and a root of 32 bytes expected");
  }
  if (size === 0 && !sameBytes(root, EMPTY_ROOT)) {
    throw malformed("空日志的根应为空内容的 SHA-256", "the root of an empty log is SHA-256 of nothing");
  }
  return { origin, size, root };
}

/**
 * Return a checkpoint that the log `key.name` signed. Lines of other keys are passed over; every line of this key has
 * to be good.
 */
export function openCheckpoint(note, key) {
  const parsed = parseNote(note);
  const signed = key.algorithm === ED25519 && signedBy(parsed, [{ verifier: key }]).length > 0;
  if (!signed) throw refusal("checkpoint.signature", { key: key.name });
  const checkpoint = parseCheckpoint(parsed.text);
  if (checkpoint.origin !== key.name) {
    throw refusal("checkpoint.origin", { read: checkpoint.origin, expected: key.name });
  }
  return checkpoint;
}

/** Return those of the log's keys whose line a parsed note has; throws when a line of one is bad. */
export function signedBy({ text, signatures }, keys) {
  return keys.filter(({ verifier: key }) => {
    const lines = signatures.filter((line) => line.name === key.name && line.keyId === key.keyId);
    const good = lines.every((line) => verifyEd25519(key.publicKey, text, line.signature));
    if (!good) throw refusal("checkpoint.signature", { key: key.name });
    return lines.length > 0;
  });
}

/**
 * Return the time (POSIX seconds) at which the witness `key` signed the checkpoint's text; else
 * `checkpoint.cosignature` is thrown.
 */
export function checkCosignature(text, line, key) {
  const time = line.signature.subarray(0, 8).reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
  const known = line.name === key.name && line.keyId === key.keyId && key.algorithm === COSIGNATURE;
  const message = joinBytes(encodeUtf8(`cosignature/v1\ntime ${time}\n`), text);
  if (!known || time > MAX_SIZE || !verifyEd25519(key.publicKey, message, line.signature.subarray(8))) {
    throw refusal("checkpoint.cosignature", { key: key.name });
  }
  return Number(time);
}

/** Return a time in POSIX seconds as RFC 3339 in UTC; one beyond the calendar as its last year. */
export function momentOf(time) {
  return `${new Date(Math.min(time, LAST_TIME_S) * 1000).toISOString().slice(0, 19)}+00:00`;
}
