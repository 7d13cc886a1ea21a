/**
 * A household's row of a roll (清册的一行) in a file of its own, checked without a network as audit/rows.py does it. What
 * is then known: the row stood so in the roll, and the roll stands in the log that this key signs.
 */

import { decodeBase64, decodeUtf8, encodeBase64, encodeUtf8, sameBytes } from "./bytes.js";
import { openCheckpoint } from "./checkpoint.js";
import { parseDisclosure } from "./disclosure.js";
import { parseEntry } from "./entry.js";
import { Refusal, refusal, telling } from "./errors.js";
import { leafHash } from "./merkle.js";
import { formatFen } from "./money.js";
import { parseVkey } from "./note.js";
import { checkInclusion } from "./proof.js";
import { parseProofFile } from "./proof_file.js";
import { Report } from "./report.js";
import { anyText, hash64, list, oneOf, rowNumber, struct } from "./shapes.js";
import { row } from "./statements.js";

const OPENING_BRACE = 0x7b;
const MAX_FILE_BYTES = 4_000_000;
const MAX_PATH = 16;
const ROLL = "roll.committed/1";

const rowFile = struct({
  entry: anyText,
  format: oneOf("sunledger.row/v1"),
  log_vkey: anyText,
  number: rowNumber,
  path: list(hash64, 0, MAX_PATH),
  proof: anyText,
  row: anyText,
});

/** Tell whether a file is JSON, as a row is, and no bundle. */
export function isRowFile(bytes) {
  return bytes[0] === OPENING_BRACE;
}

/**
 * Check a row; throws a Refusal only when the file cannot be read. `rememberedOf(origin)` gives the logs that are
 * remembered of a book (memory.js): the one counts whose checkpoint this very key signed.
 * @returns {Report} with `row`, what it says, when nothing is wrong; `keyIs` tells whether the device knows the key, and
 * whether it has seen so much of the log, and found nothing wrong so far, as the proof is about ("known", else "newer")
 */
export function verifyRow(bytes, rememberedOf) {
  const file = readFile(bytes);
  const key = parseVkey(file.log_vkey);
  const proof = parseProofFile(file.proof);
  const report = new Report();
  Object.assign(report, { row: null, origin: key.name, vkey: file.log_vkey, entry: proof.index });
  const inclusion = report.check("inclusion", "清册在已签署的日志中", "the roll is in the signed log");
  const kept = report.check("kept", "日志就是本机核对过的那一本", "it is the log that this device has verified");
  const placed = report.check("row", "这一行在清册之中", "the row stands in the roll");
  const checkpoint = hold(report, inclusion, proof.index, () => openCheckpoint(proof.checkpoint, key));
  if (!checkpoint) return report;
  const logs = rememberedOf(key.name);
  const memory = logs.find((log) => knownBy(key, log.checkpoint));
  const known = memory && knownBy(key, memory.checkpoint);
  const seen = known && memory.rolls && proof.index < Math.min(known.size, memory.good ?? 0);
  report.keyIs = seen ? "known" : known ? "newer" : logs.some((log) => log.checkpoint) ? "another" : "unknown";
  if (seen) hold(report, kept, proof.index, () => checkSame(known, memory.rolls[proof.index], file.entry, checkpoint));
  const roll = hold(report, inclusion, proof.index, () => loggedRoll(file.entry, proof, checkpoint));
  const said = roll && hold(report, placed, proof.index, () => placedRow(file, roll.data));
  if (said && !report.findings.length) report.row = { ...said, number: file.number, roll: roll.data, book: roll.book };
  return report;
}

/** Return what a look gives; null, and a finding, when it is refused. */
function hold(report, check, entry, look) {
  check.count = 1;
  try {
    return look();
  } catch (problem) {
    const refused = problem instanceof Refusal ? problem : refusal("audit.unusable", { problem: String(problem) });
    report.find(check, refused, entry);
    return null;
  }
}

const noFile = telling("row.file");
const malformed = telling("row.malformed");

function readFile(bytes) {
  if (bytes.length > MAX_FILE_BYTES) throw noFile(`超过 ${MAX_FILE_BYTES} 字节`, `more than ${MAX_FILE_BYTES} bytes`);
  try {
    const file = JSON.parse(decodeUtf8(bytes) ?? "");
    rowFile(file, {});
    return file;
  } catch (problem) {
    if (problem instanceof Refusal) throw noFile(problem.zh, problem.en);
    throw noFile("不是合格的 JSON", `no JSON: ${problem.message}`);
  }
}

/** Return the checkpoint that is remembered, if this very key signed it: a log may have had another key since. */
function knownBy(key, note) {
  try {
    return note ? openCheckpoint(encodeUtf8(note), key) : null;
  } catch {
    return null;
  }
}

/** At the same size a log has one root, and at any size one entry of an index: the one that this device has verified. */
function checkSame(known, leaf, entry, { size, root }) {
  if (known.size === size && !sameBytes(known.root, root)) {
    throw refusal("audit.not_extended", { kept: size, computed: encodeBase64(root), signed: encodeBase64(known.root) });
  }
  if (leaf !== encodeBase64(leafHash(encodeUtf8(entry)))) throw refusal("row.other_roll", { size: known.size });
}

function loggedRoll(entry, { index, hashes }, { size, root }) {
  const note = encodeUtf8(entry);
  checkInclusion(leafHash(note), index, size, hashes, root);
  const { statement } = parseEntry(note);
  if (statement.type !== ROLL) throw noFile("这条记录不是名册", "the entry is no roll");
  return statement;
}

function placedRow({ row: disclosed, number, path }, roll) {
  const hashes = path.map((part) => decodeBase64(encodeUtf8(part)));
  const root = decodeBase64(encodeUtf8(roll.root));
  checkInclusion(leafHash(encodeUtf8(disclosed)), number, roll.count, hashes, root);
  const { name, value } = parseDisclosure(disclosed);
  if (name !== "row") throw malformed("名称不是 row", "it is not named 'row'");
  try {
    row(value, {});
  } catch (problem) {
    throw problem instanceof Refusal ? malformed(problem.zh, problem.en) : problem;
  }
  const [amounts, columns] = [value.amounts_fen.length, roll.columns.length];
  if (amounts !== columns) {
    throw malformed(`${columns} 栏却有 ${amounts} 个金额`, `${amounts} amounts for ${columns} columns`);
  }
  return value;
}

/** Say in words what a row says, and what is public of its roll. */
export function wordsOfRow({ who, note, amounts_fen, number, roll }) {
  const sums = (fen) => roll.columns.map(({ name }, i) => `${name} ${formatFen(fen(i))} 元`).join("，");
  return [
    [`${roll.summary}：第 ${number + 1} 行，共 ${roll.count} 行`, `row ${number + 1} of ${roll.count}`],
    [`${who}：${sums((i) => amounts_fen[i])}${note ? `（${note}）` : ""}`, "what the row says"],
    [`公布的合计：${sums((i) => roll.columns[i].total_fen)}`, "the published totals"],
  ];
}
