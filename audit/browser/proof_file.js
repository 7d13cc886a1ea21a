/** Proof files (证明文件) after C2SP tlog-proof, as audit/tlog/proof_file.py reads them. */

import { decodeBase64, encodeUtf8, NO_BYTES } from "./bytes.js";
import { parseDecimal } from "./checkpoint.js";
import { telling } from "./errors.js";
import { HASH_BYTES } from "./merkle.js";

const HEADER = "c2sp.org/tlog-proof@v1";
const MAX_HASHES = 63;
const MAX_EXTRA_BYTES = 2 * 65_535;

const malformed = telling("tlog.proof_malformed");

/**
 * Parse a proof file strictly; nothing is verified yet.
 * @param {string} text
 * @returns {{index: number, hashes: Uint8Array[], checkpoint: Uint8Array, extra: Uint8Array}}
 */
export function parseProofFile(text) {
  const gap = text.indexOf("\n\n");
  const [header, ...lines] = text.slice(0, Math.max(gap, 0)).split("\n");
  if (header !== HEADER) {
    throw malformed(
      `第一行应为「${HEADER}」，证明以空行结束`,
      `the first line is '${HEADER}', an empty line ends the proof`,
    );
  }
  const extra = lines.length && lines[0].startsWith("extra ") ? parseExtra(lines.shift()) : NO_BYTES;
  const index = lines.length && lines[0].startsWith("index ") ? parseDecimal(lines[0].slice(6)) : -1;
  if (index < 0) throw malformed("应有「index 十进制数」一行", "'index <decimal>' expected");
  if (lines.length > 1 + MAX_HASHES) throw malformed(`超过 ${MAX_HASHES} 个哈希`, `more than ${MAX_HASHES} hashes`);
  const hashes = lines.slice(1).map((line) => decodeBase64(encodeUtf8(line)));
  if (hashes.some((hash) => hash.length !== HASH_BYTES)) {
    throw malformed("哈希应为严格 base64 的 32 字节", "a hash is 32 bytes in strict base64");
  }
  return { index, hashes, checkpoint: encodeUtf8(text.slice(gap + 2)), extra };
}

function parseExtra(line) {
  const extra = decodeBase64(encodeUtf8(line.slice(6)));
  if (!extra.length || extra.length > MAX_EXTRA_BYTES) {
    throw malformed(
      `extra 应为严格 base64 的 1 至 ${MAX_EXTRA_BYTES} 字节`,
      `extra is 1 to ${MAX_EXTRA_BYTES} bytes in strict base64`,
    );
  }
  return extra;
}
