/** The life of a log's key (日志密钥) as domain/logkeys/ has it: who signs the checkpoint of a size, under which origin. */

import { decodeBase64, encodeHex, encodeUtf8 } from "./bytes.js";
import { isValidPublicKey, verifyEd25519 } from "./ed25519.js";
import { refusal } from "./errors.js";
import { parseVkey } from "./note.js";
import { requireRoles } from "./roles.js";
import { oneOf, origin, root44, signature64, sizeFromOne, struct, text, vkey } from "./shapes.js";

const KEYS_MAX = 2;
const SIGNERS = ["township", "head", "supervisor"];

/** All origins of a log, in order. A key signs the checkpoints of more than `added` and at most `ended` entries. */
export class LogOrigins {
  constructor() {
    this.origins = [];
  }

  begin(name, vkey, index) {
    const key = { vkey, verifier: parseVkey(vkey), added: index, ended: null };
    this.origins.push({ name, since: index, keys: [key], left: null, last: null, reason: "" });
  }

  add(vkey, index) {
    this.now.keys.push({ vkey, verifier: parseVkey(vkey), added: index, ended: null });
  }

  retire(vkey, index) {
    for (const key of this.inForce) if (key.vkey === vkey) key.ended = index;
  }

  move({ last, origin: name, reason, vkey }, index) {
    const old = this.now;
    parseVkey(vkey);
    for (const key of this.inForce) key.ended = index;
    Object.assign(old, { left: index, last: last.n, reason });
    this.begin(name, vkey, index);
  }

  get now() {
    return this.origins[this.origins.length - 1];
  }

  get inForce() {
    return this.now.keys.filter((key) => key.ended === null);
  }

  /** Return the origin under which the checkpoint of `size` entries is signed. */
  at(size) {
    return this.origins.filter((each) => each.since < Math.max(size, 1)).pop();
  }

  named(name) {
    return this.origins.find((each) => each.name === name);
  }
}

/** Return the keys of an origin that sign the checkpoint of `size` entries, the oldest first. */
export function keysAt({ keys }, size) {
  return keys.filter((key) => key.added < Math.max(size, 1) && (key.ended === null || size <= key.ended));
}

/** Check the origin of a book's log, and that its key is a sound one of that name. */
export function checkLog(log, book) {
  if (!log.origin.endsWith(`/${book}`)) throw refusal("book.origin", { origin: log.origin, book });
  const key = parseVkey(log.vkey);
  if (key.name !== log.origin || !isValidPublicKey(key.publicKey)) {
    throw refusal("book.log_key", { origin: log.origin, key: key.name });
  }
}

function checkKey({ log, roles }, book, { origin: name, vkey, proof }) {
  checkLog({ origin: name, vkey }, book);
  const { publicKey } = parseVkey(vkey);
  const used = [...log.origins.flatMap((each) => each.keys), ...roles.keys.values()];
  if (used.some(({ verifier }) => encodeHex(verifier.publicKey) === encodeHex(publicKey))) {
    throw refusal("log.key_used", { key: vkey });
  }
  const possession = encodeUtf8(`sunledger.log-possession/v1\n${vkey}\n${book}\n`);
  if (!verifyEd25519(publicKey, possession, decodeBase64(encodeUtf8(proof)))) {
    throw refusal("log.no_possession", { key: vkey });
  }
}

function decideAdd(state, { book, data }, signers) {
  const count = state.log.inForce.length;
  if (count >= KEYS_MAX) throw refusal("log.overlap", { count });
  checkKey(state, book, { ...data, origin: state.log.now.name });
  requireRoles(signers, SIGNERS);
}

function decideRetire({ log }, { data }, signers) {
  if (!log.inForce.some((key) => key.vkey === data.vkey)) throw refusal("log.key_not_in_force", { key: data.vkey });
  if (log.inForce.length === 1) throw refusal("log.last_key");
  requireRoles(signers, SIGNERS);
}

function decideMove(state, { book, data }, signers) {
  const { size } = state;
  if (state.log.named(data.origin)) throw refusal("log.origin_used", { origin: data.origin });
  checkKey(state, book, data);
  const { n, r } = data.last;
  if (n > size || state.root(n) !== r) throw refusal("log.last_unknown", { n, size });
  requireRoles(signers, SIGNERS);
}

/** The entry types about the log's key: the shape of their `data`, when they may follow, what they change. */
export const LOG_KEY_TYPES = {
  "log.key_added/1": {
    data: struct({ proof: signature64, reason: text, vkey }),
    decide: decideAdd,
    evolve: ({ log, size }, { data }) => log.add(data.vkey, size),
  },
  "log.key_retired/1": {
    data: struct({ reason: text, vkey }),
    decide: decideRetire,
    evolve: ({ log, size }, { data }) => log.retire(data.vkey, size),
  },
  "log.moved/1": {
    data: struct({
      last: struct({ n: sizeFromOne, r: root44 }),
      origin,
      proof: signature64,
      reason: oneOf("compromised", "lost"),
      vkey,
    }),
    decide: decideMove,
    evolve: ({ log, size }, { data }) => log.move(data, size),
  },
};
