/** What a bundle (公示包) carries beside the log, as audit/carried.py looks at it. */

import { refusal } from "./errors.js";
import { parsePolicy } from "./policy.js";
import { BundleSource } from "./source.js";

const POLICY = "policy";
const PAGE = "verify.html";
const NAMED_MAX = 5;

/**
 * Every file of a bundle is whole, and its policy lists the log; throws `audit.unreadable` for a damaged one.
 *
 * `vkeys` are the keys by which the log signs at this size; `policy` is the text of the reader's own.
 */
export async function checkCarried(source, vkeys, policy, report) {
  if (!(source instanceof BundleSource)) return;
  const check = report.check("carried", "公示包中的每个文件都完整", "every file in the bundle is whole");
  const rest = new Map();
  for (const name of source.rest) rest.set(name, await source.fetch(name));
  check.count = source.names.length;
  if (rest.has(POLICY)) checkPolicy(rest.get(POLICY), vkeys, policy, check, report);
  if (rest.has(PAGE)) report.warn(refusal("audit.page_not_compared"));
  const names = [...rest.keys()].filter((name) => name !== POLICY && name !== PAGE);
  if (!names.length) return;
  const more = names.length > NAMED_MAX ? "…" : "";
  const facts = { count: names.length, names: names.slice(0, NAMED_MAX).join(", ") + more };
  report.warn(refusal("audit.not_of_the_log", facts));
}

function checkPolicy(bytes, vkeys, own, check, report) {
  const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes); // its names are bytes that mean nothing
  if (own && own !== text) report.warn(refusal("audit.other_policy"));
  try {
    const policy = parsePolicy(text);
    const accepted = !vkeys.length || vkeys.some((vkey) => policy.accepts(vkey));
    if (!accepted) throw refusal("audit.log_not_in_policy", { key: vkeys[0] });
  } catch (problem) {
    report.find(check, refusal("audit.carried_policy", { problem }));
  }
}
