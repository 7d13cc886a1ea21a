/** What concerns the log as a whole: each check adds findings and throws nothing of its own, as in audit/checks.py. */

import { moneyDips } from "./balances.js";
import { decodeUtf8, encodeBase64, sameBytes } from "./bytes.js";
import { momentOf } from "./checkpoint.js";
import { verifyEd25519 } from "./ed25519.js";
import { Refusal, refusal } from "./errors.js";
import { AHEAD_MAX_S } from "./generated.js";
import { isVoid, openHead, openKept, voidHead } from "./heads.js";
import { keysAt } from "./logkeys.js";
import { formatFen } from "./money.js";
import { parseNote, parseVkey } from "./note.js";
import { isOrganisation } from "./organisation.js";
import { roleOf } from "./roles.js";
import { inOrder } from "./source.js";
import { NotThere, fetchHashes, hashTiles, isTileOf, tilePath } from "./tiles.js";

const UNAVAILABLE = "unavailable";

/** An address that names a book gives the log of that book. */
export function checkName(source, book, report) {
  if (!isOrganisation(source.name)) return;
  const check = report.check("address", "网址与账套一致", "the address is that of this book");
  check.count = 1;
  const facts = { name: source.name, book: book.book };
  if (facts.name !== facts.book) report.find(check, refusal("audit.other_book", facts));
}

/** The first entry carries the signature of the township's key that the reader trusts. */
export function checkAnchor(first, anchor, report) {
  const words = ["首条记录由所信任的乡镇公钥签名", "the first entry is signed by the trusted township key"];
  const check = report.check("anchor", ...words);
  check.count = 1;
  const name = anchor.split("+", 1)[0];
  const granted = first?.statement.data.keys?.some((grant) => grant.vkey === anchor) ?? false;
  const { publicKey } = parseVkey(anchor);
  const good = (line) => line.name === name && verifyEd25519(publicKey, first.text, line.signature);
  const signed = first?.signatures.some(good) ?? false;
  report.anchored = granted && signed && roleOf(name) === "township";
  if (first && !report.anchored) report.find(check, refusal("audit.anchor", { anchor }), 0);
}

/** The log extends each checkpoint that the reader has kept of the book, whichever key and origin the log had at its size. */
export function checkKept(notes, book, report) {
  const check = report.check("kept", "日志延续所留存的检查点", "the log extends the kept checkpoint");
  if (!book.log.now) return;
  check.count = notes.length;
  for (const [note, brought] of notes) {
    checkExtends(note, book, (refused) => report.find(check, brought ? broughtByFile(refused) : refused));
  }
}

/** Anybody can write a file: what it brings is not what this device has seen. */
function broughtByFile({ code, zh, en }) {
  return {
    code,
    zh: `文件带来的检查点（不是本机见过的，可在下面只忘掉它）：${zh}`,
    en: `a file brought this checkpoint, it was not seen here and can be forgotten alone below: ${en}`,
  };
}

function checkExtends(note, book, find) {
  let kept;
  try {
    kept = openKept(note, book.log);
  } catch (problem) {
    if (!(problem instanceof Refusal)) throw problem;
    const told = problem.code.startsWith("audit.");
    find(told ? problem : refusal("audit.kept_foreign", { origin: book.log.now.name }));
    return;
  }
  const { size, root } = kept.checkpoint;
  const computed = size <= book.size ? book.root(size) : "";
  const signed = encodeBase64(root);
  if (computed === signed) return;
  if (isVoid(kept.origin, size)) find(voidHead(kept.checkpoint, kept.origin));
  else if (computed) find(refusal("audit.not_extended", { kept: size, computed, signed }));
  else find(refusal("audit.rolled_back", { kept: size, size: book.size }));
}

/** The newest checkpoint is signed by the keys that the log has at its size; `log.vkey` is one of them. */
export async function checkCheckpoint(note, source, { log }, report) {
  const words = ["检查点由本日志的密钥签名", "the checkpoint is signed by the log's key"];
  const check = report.check("checkpoint", ...words);
  check.count = 1;
  if (!log.now) {
    report.find(check, refusal("audit.no_founding"));
    return null;
  }
  try {
    const checkpoint = openHead(note, log);
    const served = (decodeUtf8(await source.fetch("log.vkey")) ?? "").replace(/\n+$/, "");
    if (!vkeysAt(log, checkpoint.size).includes(served)) throw refusal("audit.vkey");
    return checkpoint;
  } catch (problem) {
    if (problem.kind === UNAVAILABLE) throw problem;
    if (problem instanceof NotThere) report.find(check, refusal("audit.vkey"));
    else if (problem instanceof Refusal) report.find(check, problem);
    else throw problem;
    return null;
  }
}

/** Return the vkeys of the keys that sign the checkpoint of `size` entries. */
export function vkeysAt(log, size) {
  return keysAt(log.at(size), size).map((key) => key.vkey);
}

/** The checkpoint carries the cosignatures that the reader's own policy asks for. */
export function checkWitnesses(note, checkpoint, policy, { log }, report) {
  const words = ["检查点有见证策略所要求的见证签名", "the checkpoint has the cosignatures that the policy asks for"];
  const check = report.check("witnesses", ...words);
  if (!checkpoint) return;
  const { text, signatures } = parseNote(note);
  check.count = 1;
  const vkeys = vkeysAt(log, checkpoint.size);
  const accepted = vkeys.some((vkey) => policy.accepts(vkey));
  if (!accepted) report.find(check, refusal("audit.log_not_in_policy", { key: vkeys[0] }));
  const latest = Date.now() / 1000 + AHEAD_MAX_S;
  const { reached, signed, bad, future, missing } = policy.judge(text, signatures, latest);
  check.count = Math.max(1, signed.size);
  report.witnesses = [...signed].map(([name, time]) => ({ name, time }));
  for (const key of bad) report.find(check, refusal("checkpoint.cosignature", { key }));
  for (const [witness, time] of future) report.find(check, refusal("witness.future", { witness, time: momentOf(time) }));
  if (!reached) report.find(check, refusal("audit.no_quorum", { missing: missing.join(", ") }));
}

/** The entries hash to the root that the checkpoint signs. */
export function checkRoot(book, checkpoint, report) {
  const check = report.check("root", "全部记录与检查点的根一致", "all entries hash to the signed root");
  if (!checkpoint) return;
  check.count = book.size;
  if (book.size !== checkpoint.size || !sameBytes(book.tree.root(), checkpoint.root)) {
    const facts = { size: book.size, computed: book.root(), signed: encodeBase64(checkpoint.root) };
    report.find(check, refusal("audit.root", facts));
  }
}

/** Every tile of hashes that is served follows from the entries. */
export async function checkTiles(source, book, report) {
  const check = report.check("tiles", "每个瓦片都由记录算出", "every tile follows from the entries");
  for await (const [tile, problem] of inOrder(hashTiles(book.size), (each) => tileProblem(source, each, book.tree))) {
    check.count += 1;
    if (problem) report.find(check, refusal(problem, { path: tilePath(tile) }));
  }
}

async function tileProblem(source, tile, tree) {
  try {
    return isTileOf(await fetchHashes(source, tile), tile, tree) ? "" : "audit.tile";
  } catch (problem) {
    if (problem instanceof NotThere) return "audit.tile_missing";
    if (!(problem instanceof Refusal) || problem.kind === UNAVAILABLE) throw problem;
    return "audit.tile";
  }
}

/** Cash and bank are never below zero at the end of a day; each dip is reported once. */
export function checkMoney(figures, report) {
  const words = ["现金和银行存款每日余额不为负", "cash and bank are never below zero at a day's end"];
  const check = report.check("cash", ...words);
  for (const days of figures.moneyDays.values()) check.count += days.size;
  for (const { account, date, balance, index } of moneyDips(figures.moneyDays)) {
    report.find(check, refusal("audit.negative_cash", { date, account, balance: formatFen(balance) }), index);
  }
}
