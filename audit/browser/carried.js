/** What a bundle (公示包) carries beside the log, as audit/carried.py looks at it. */

import { decodeUtf8, encodeUtf8, sameBytes } from "./bytes.js";
import { vkeysAt } from "./checks.js";
import { Phrase, refusal } from "./errors.js";
import { leafHash } from "./merkle.js";
import { parsePolicy } from "./policy.js";
import { checkInclusion } from "./proof.js";
import { parseProofFile } from "./proof_file.js";
import { BundleSource } from "./source.js";

const POLICY = "policy";
const PAGE = "verify.html";
const PROOF = /^proof\/(0|[1-9][0-9]{0,14})\.tlog-proof$/;
const NAMED_MAX = 5;

const OTHER_CHECKPOINT = new Phrase(
  "它带的检查点与包里的 checkpoint 不是同一份，内容或签名行有别",
  "its checkpoint and the bundle's are not the same file, in what they say or in their signature lines",
);

/**
 * Every file of a bundle is whole; throws `audit.unreadable` for a damaged one.
 *
 * `book` was replayed from the log; `policy` is the text of the reader's own.
 */
export async function checkCarried(source, book, policy, report) {
  if (!(source instanceof BundleSource)) return;
  const check = report.check("carried", "公示包中的每个文件都完整", "every file in the bundle is whole");
  const vkeys = book.log.now ? vkeysAt(book.log, book.size) : [];
  const names = [];
  for (const name of source.rest) {
    const bytes = await source.fetch(name);
    if (name === POLICY) tellOfPolicy(bytes, vkeys, policy, report);
    else if (name === PAGE) report.warn(refusal("audit.page_not_compared"));
    else if (PROOF.test(name)) tellOfProof(bytes, name, await source.fetch("checkpoint"), book.tree, report);
    else names.push(name);
  }
  check.count = source.names.length;
  if (!names.length) return;
  const more = names.length > NAMED_MAX ? "…" : "";
  const facts = { count: names.length, names: names.slice(0, NAMED_MAX).join(", ") + more };
  report.warn(refusal("audit.not_of_the_log", facts));
}

/** A proof is of the entry whose index it is named by, carries it, and stands under the bundle's own checkpoint. */
function tellOfProof(bytes, name, checkpoint, tree, report) {
  try {
    const proof = parseProofFile(decodeUtf8(bytes) ?? "");
    const { index } = proof;
    if (!sameBytes(proof.checkpoint, checkpoint)) throw OTHER_CHECKPOINT;
    if (index !== Number(PROOF.exec(name)[1])) throw refusal("tlog.bad_proof");
    checkInclusion(leafHash(proof.extra), index, tree.size, proof.hashes, tree.root());
  } catch (problem) {
    report.warn(refusal("audit.carried_proof", { name, problem }));
  }
}

function tellOfPolicy(bytes, vkeys, own, report) {
  if (own && !sameBytes(encodeUtf8(own), bytes)) report.warn(refusal("audit.other_policy"));
  try {
    const policy = parsePolicy(bytes);
    const accepted = !vkeys.length || vkeys.some((vkey) => policy.accepts(vkey));
    if (!accepted) throw refusal("audit.log_not_in_policy", { key: vkeys[0] });
  } catch (problem) {
    report.warn(refusal("audit.carried_policy", { problem }));
  }
}
