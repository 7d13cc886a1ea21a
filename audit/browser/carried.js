/** What a bundle (公示包) carries beside the log, as audit/carried.py looks at it. */

import { encodeUtf8, sameBytes } from "./bytes.js";
import { refusal } from "./errors.js";
import { parsePolicy } from "./policy.js";
import { BundleSource } from "./source.js";

const POLICY = "policy";
const PAGE = "verify.html";
const NAMED_MAX = 5;

/**
 * Every file of a bundle is whole; throws `audit.unreadable` for a damaged one.
 *
 * `vkeys` are the keys by which the log signs at this size; `policy` is the text of the reader's own.
 */
export async function checkCarried(source, vkeys, policy, report) {
  if (!(source instanceof BundleSource)) return;
  const check = report.check("carried", "公示包中的每个文件都完整", "every file in the bundle is whole");
  const names = [];
  for (const name of source.rest) {
    const bytes = await source.fetch(name);
    if (name === POLICY) tellOfPolicy(bytes, vkeys, policy, report);
    else if (name === PAGE) report.warn(refusal("audit.page_not_compared"));
    else names.push(name);
  }
  check.count = source.names.length;
  if (!names.length) return;
  const more = names.length > NAMED_MAX ? "…" : "";
  const facts = { count: names.length, names: names.slice(0, NAMED_MAX).join(", ") + more };
  report.warn(refusal("audit.not_of_the_log", facts));
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
