/** Keys and roles (密钥与岗位) as domain/roles/ has them: who may sign, from which entry on, until which. */

import { decodeBase64, encodeHex, encodeUtf8, has } from "./bytes.js";
import { isValidPublicKey, verifyEd25519 } from "./ed25519.js";
import { refusal } from "./errors.js";
import { ROLES } from "./generated.js";
import { parseVkey } from "./note.js";

const SEPARATED = new Set(["accountant", "cashier", "head", "supervisor"]);
const NUMBER = /^[1-9][0-9]*$/;

/** Return the role that stands in a key's name, "" when there is none. */
export function roleOf(keyName) {
  const parts = keyName.split("/");
  return parts.length === 3 ? parts[1] : "";
}

/** Return the roles that stand in the signers' names. */
export function rolesIn(signatures) {
  return new Set(signatures.map((signature) => roleOf(signature.name)));
}

/** All keys ever granted in a book, by name. A key is good in entry i when it was granted before, and i <= `last`. */
export class Roles {
  constructor() {
    this.keys = new Map();
  }

  /** Register a key that entry `index` grants. */
  grant(grant, index) {
    const verifier = parseVkey(grant.vkey);
    const { name } = verifier;
    const key = { name, verifier, role: roleOf(name), holder: grant.holder, person: grant.name, granted: index };
    this.keys.set(name, { ...key, last: null });
  }

  /** Let a key be good up to and including entry `last`. */
  end(name, last) {
    this.keys.get(name).last = last;
  }

  /** Return, as [name, roles], under which names several holders had separated roles at one time: Roles.namesakes. */
  namesakes() {
    const [found, ends] = [new Map(), new Map()];
    for (const { person, role, granted, last } of this.keys.values()) {
      if (!person || !SEPARATED.has(role)) continue;
      if (!ends.has(person)) ends.set(person, new Map());
      const held = ends.get(person);
      const others = [...held.keys()].filter((other) => other !== role && held.get(other) > granted);
      if (others.length) found.set(person, new Set([...(found.get(person) ?? []), ...others, role]));
      held.set(role, Math.max(held.get(role) ?? 0, last ?? Infinity));
    }
    return [...found].map(([person, roles]) => [person, [...roles].sort()]);
  }

  /** Return the roles for which this holder has an active key. */
  rolesHeld(holder) {
    const held = [...this.keys.values()].filter((key) => key.last === null && key.holder === holder);
    return new Set(held.map((key) => key.role));
  }

  /** Return the keys that the signatures of entry `index` name. */
  signers(signatures, index) {
    return signatures.map((signature) => {
      const key = this.keys.get(signature.name);
      if (!key || key.verifier.keyId !== signature.keyId) throw refusal("key.not_granted", { key: signature.name });
      if (key.last !== null && index > key.last) {
        throw refusal("key.revoked", { key: signature.name, last: key.last });
      }
      return key;
    });
  }

  active(name) {
    const key = this.keys.get(name);
    if (!key) throw refusal("key.not_granted", { key: name });
    if (key.last !== null) throw refusal("key.revoked", { key: name, last: key.last });
    return key;
  }
}

/** Return the names of roles in Chinese. */
export function inWords(roles) {
  return roles.map((role) => ROLES[role] ?? role).join("、");
}

/** Throw `policy.roles_missing` unless each demanded role is among the signers. */
export function requireRoles(signers, demanded) {
  const missing = demanded.filter((role) => !signers.some((key) => key.role === role));
  if (!missing.length) return;
  const held = [...new Set(signers.map((key) => key.role))].sort();
  const missing_zh = inWords(missing);
  const present_zh = inWords(held) || "无";
  const present = held.join(", ") || "-";
  throw refusal("policy.roles_missing", { missing: missing.join(", "), missing_zh, present, present_zh });
}

/** Check a key to be registered: its name, its point, its proof of possession, and the separation of roles. */
export function checkGrant(roles, grant, book) {
  const { name: key, publicKey } = parseVkey(grant.vkey);
  const [of, role, number, ...more] = key.split("/");
  const named = of === book && has(ROLES, role ?? "") && NUMBER.test(number ?? "") && !more.length;
  if (!named || roles.keys.has(key)) throw refusal("key.name", { key });
  const bytes = encodeHex(publicKey);
  for (const other of roles.keys.values()) {
    if (encodeHex(other.verifier.publicKey) === bytes) throw refusal("key.reused", { key });
  }
  if (!isValidPublicKey(publicKey)) throw refusal("key.invalid", { key });
  const possession = encodeUtf8(`sunledger.possession/v1\n${grant.vkey}\n${grant.holder}\n`);
  if (!verifyEd25519(publicKey, possession, decodeBase64(encodeUtf8(grant.proof)))) {
    throw refusal("key.no_possession", { key });
  }
  checkSeparated(roles, grant.holder, role);
}

function checkSeparated(roles, holder, role) {
  const held = [...roles.rolesHeld(holder)].filter((other) => SEPARATED.has(other) && other !== role);
  if (!SEPARATED.has(role) || !held.length) return;
  const [held_zh, role_zh] = [held.sort(), [role]].map(inWords);
  throw refusal("key.not_separated", { held: held.join(", "), held_zh, role, role_zh });
}

function requireOthers(signers, holder) {
  const others = signers.filter((key) => key.holder !== holder);
  const holders = new Set(others.map((key) => key.holder));
  if (!others.some((key) => key.role === "township") || holders.size < 2) throw refusal("key.not_by_others");
}

/** A key is granted by the township and one more, for a role that its holder may have. */
export function decideGrant(roles, { book, data }, signers) {
  checkGrant(roles, data, book);
  requireOthers(signers, data.holder);
}

/** A key is revoked by the township and one more, neither of them its holder; once only. */
export function decideRevoke(roles, { data }, signers) {
  const key = roles.active(data.key);
  if (signers.includes(key)) throw refusal("key.not_by_others");
  requireOthers(signers, key.holder);
}

/** A holder moves to a new key: same holder, same role, signed by the old key. */
export function decideRotate(roles, { book, data }, signers) {
  const old = roles.active(data.old);
  const sameRole = parseVkey(data.new.vkey).name.startsWith(`${book}/${old.role}/`);
  if (!signers.includes(old) || data.new.holder !== old.holder || !sameRole) {
    throw refusal("key.not_by_owner", { key: old.name });
  }
  checkGrant(roles, data.new, book);
}
