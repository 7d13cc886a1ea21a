/** Policies (见证策略) after C2SP tlog-policy, as audit/tlog/policy.py reads them: whose cosignatures are needed. */

import { decodeUtf8, encodeHex } from "./bytes.js";
import { checkCosignature, parseDecimal } from "./checkpoint.js";
import { isValidPublicKey } from "./ed25519.js";
import { Refusal, refusal } from "./errors.js";
import { COSIGNATURE, ED25519, parseVkey } from "./note.js";

const MAX_POLICY_BYTES = 1_000_000;
const MAX_LOGS = 10_000;
const MAX_WITNESSES = 48;
const MAX_GROUPS = 64;
const NONE = "none";
const CONTROL = /[\x00-\x08\x0b-\x1f\x7f]/;

/** Parse a policy file strictly; `tlog.policy` names the line, what was read and what was expected. */
export function parsePolicy(bytes) {
  const parser = new Parser();
  const text = decodeUtf8(bytes) ?? latin1(bytes); // names are bytes that mean nothing
  if (bytes.length > MAX_POLICY_BYTES) throw parser.expected(text, "较短的文件", "a shorter file");
  const lines = text.split("\n");
  const last = lines.pop();
  for (const line of lines) parser.line(line);
  parser.number += 1;
  if (last) throw parser.expected(last, "以换行结尾的一行", "a line that ends in a newline");
  if (parser.quorum === null) throw parser.expected("文件结尾 / the end", "一行 quorum", "a line 'quorum <name>|none'");
  return new Policy(parser);
}

/** Each byte as a character of its own, so that two names stay two. */
function latin1(bytes) {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}

/** A policy that was parsed. */
class Policy {
  constructor({ logs, witnesses, groups, quorum }) {
    Object.assign(this, { logs, witnesses, groups, quorum });
  }

  /** Tell whether a log's key is one of those listed; without any, the log is known from elsewhere. */
  accepts(vkey) {
    return !this.logs.length || this.logs.includes(vkey);
  }

  /** Return the witnesses and groups that have witnessed; groups name only what stands before them. */
  satisfied(names) {
    const found = new Set(names);
    for (const [name, { needed, members }] of this.groups) {
      if (members.filter((member) => found.has(member)).length >= needed) found.add(name);
    }
    return found;
  }

  reached(names) {
    return this.quorum === NONE || this.satisfied(names).has(this.quorum);
  }

  /** Return the witnesses that did not sign and whose signature would bring the quorum nearer. */
  missing(names) {
    const satisfied = this.satisfied(names);
    const wanted = [this.quorum];
    const found = [];
    while (wanted.length) {
      const name = wanted.shift();
      if (satisfied.has(name)) continue;
      if (this.witnesses.has(name)) found.push(name);
      else wanted.push(...(this.groups.get(name)?.members ?? []));
    }
    return found;
  }

  /**
   * Check every line of a known witness; one that signed twice counts once, at its latest time.
   * One dated after `latest` (POSIX seconds) does not count: a name and a time in `future`.
   * @returns {{reached: boolean, signed: Map<string, number>, bad: string[], future: Array, missing: string[]}}
   */
  judge(text, lines, latest) {
    const signed = new Map();
    const bad = [];
    const future = [];
    for (const line of lines) {
      for (const [name, key] of this.witnesses) {
        if (key.name !== line.name || key.keyId !== line.keyId) continue;
        try {
          const time = checkCosignature(text, line, key);
          if (time > latest) future.push([name, time]);
          else signed.set(name, Math.max(time, signed.get(name) ?? 0));
        } catch {
          bad.push(name);
        }
      }
    }
    const names = [...signed.keys()];
    return { reached: this.reached(names), signed, bad, future, missing: this.missing(names) };
  }
}

/** What the lines so far define. */
class Parser {
  constructor() {
    this.number = 0;
    this.logs = [];
    this.witnesses = new Map();
    this.groups = new Map();
    this.quorum = null;
    this.members = new Set();
    this.keys = new Set();
  }

  expected(read, wanted, expected) {
    return refusal("tlog.policy", { line: this.number, read: `“${read.slice(0, 80)}”`, wanted, expected });
  }

  line(line) {
    this.number += 1;
    if (CONTROL.test(line)) throw this.expected(line, "没有控制字符的一行", "a line without control characters");
    const items = line.split(/[ \t]+/).filter(Boolean);
    const [word, ...rest] = items;
    if (!items.length || word.startsWith("#")) return;
    if (word === "log" && (rest.length === 1 || rest.length === 2)) this.log(rest[0]);
    else if (word === "witness" && (rest.length === 2 || rest.length === 3)) this.witness(rest[0], rest[1]);
    else if (word === "group" && rest.length >= 3) this.group(rest[0], rest[1], rest.slice(2));
    else if (word === "quorum" && rest.length === 1) this.setQuorum(rest[0]);
    else throw this.expected(line, "log、witness、group 或 quorum 一行", "a line log, witness, group or quorum");
  }

  log(vkey) {
    if (this.logs.length === MAX_LOGS) throw this.expected(vkey, "较少的日志", `at most ${MAX_LOGS} logs`);
    this.key(vkey, ED25519);
    this.logs.push(vkey);
  }

  witness(name, vkey) {
    if (this.witnesses.size === MAX_WITNESSES) {
      throw this.expected(name, `至多 ${MAX_WITNESSES} 个见证人`, `at most ${MAX_WITNESSES} witnesses`);
    }
    this.checkNew(name);
    this.witnesses.set(name, this.key(vkey, COSIGNATURE));
  }

  group(name, needed, members) {
    if (this.groups.size === MAX_GROUPS) throw this.expected(name, "较少的组", `at most ${MAX_GROUPS} groups`);
    this.checkNew(name);
    for (const member of members) {
      this.checkDefined(member);
      if (this.members.has(member)) throw this.expected(member, "尚未列入任何组的名称", "a name that is in no group");
      this.members.add(member);
    }
    const count = needed === "all" ? members.length : needed === "any" ? 1 : parseDecimal(needed);
    if (!(count >= 1 && count <= members.length)) {
      throw this.expected(needed, `all、any 或 1 至 ${members.length}`, `all, any, or 1 to ${members.length}`);
    }
    this.groups.set(name, { needed: count, members });
  }

  setQuorum(name) {
    if (this.quorum !== null) throw this.expected(name, "唯一的一行 quorum", "one quorum line only");
    if (name !== NONE) this.checkDefined(name);
    this.quorum = name;
  }

  checkNew(name) {
    if (name === NONE || this.isDefined(name)) throw this.expected(name, "尚未使用的名称", "a name that is not taken");
  }

  checkDefined(name) {
    if (!this.isDefined(name)) throw this.expected(name, "前面已定义的见证人或组", "a witness or group defined before");
  }

  isDefined(name) {
    return this.witnesses.has(name) || this.groups.has(name);
  }

  /** Return a key that stands in no line before: one key under two names would count twice. */
  key(vkey, algorithm) {
    const key = this.parsed(vkey, algorithm);
    const bytes = encodeHex(key.publicKey);
    if (!isValidPublicKey(key.publicKey)) throw this.expected(vkey, "有效的 Ed25519 公钥", "a valid Ed25519 key");
    if (this.keys.has(bytes)) throw this.expected(vkey, "别的行没有用过的公钥", "a key that stands in no other line");
    this.keys.add(bytes);
    return key;
  }

  parsed(vkey, algorithm) {
    try {
      return parseVkey(vkey, algorithm);
    } catch (problem) {
      if (!(problem instanceof Refusal)) throw problem;
      throw this.expected(vkey, `公钥（${problem.zh}）`, `a vkey (${problem.en})`);
    }
  }
}
