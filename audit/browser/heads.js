/** Whose signatures a log's checkpoint has to carry, by its own entries, as audit/heads.py has it. */

import { parseCheckpoint, signedBy } from "./checkpoint.js";
import { refusal } from "./errors.js";
import { keysAt } from "./logkeys.js";
import { parseNote } from "./note.js";

const WHY = { compromised: ["已失窃", "compromised"], lost: ["已丢失", "lost"] };

/** Return a log's checkpoint, signed under the origin and by all the keys that the log has at its size. */
export function openHead(note, log) {
  const parsed = parseNote(note);
  const checkpoint = parseCheckpoint(parsed.text);
  const { size } = checkpoint;
  const origin = log.at(size);
  if (checkpoint.origin !== origin.name) throw otherOrigin(parsed, checkpoint, log);
  const keys = keysAt(origin, size);
  const signed = requireAny(parsed, checkpoint, origin, keys);
  for (const key of keys) {
    if (!signed.includes(key)) throw refusal("audit.log_key_missing", { size, key: key.vkey, added: key.added });
  }
  return checkpoint;
}

/** Return a checkpoint that a reader has kept, and its origin; a void one may be signed by any key of its origin. */
export function openKept(note, log) {
  const parsed = parseNote(note);
  const checkpoint = parseCheckpoint(parsed.text);
  const origin = log.named(checkpoint.origin);
  if (!origin) throw otherOrigin(parsed, checkpoint, log);
  const { size } = checkpoint;
  requireAny(parsed, checkpoint, origin, isVoid(origin, size) ? origin.keys : keysAt(origin, size));
  return { checkpoint, origin };
}

/** Tell whether a checkpoint of `size` entries under an origin counts for nothing: a thief may have signed it. */
export function isVoid(origin, size) {
  return origin.last !== null && size > origin.last;
}

/** Return what is to be said of a void checkpoint of another history. */
export function voidHead(checkpoint, origin) {
  return refusal("audit.kept_void", facts(checkpoint, origin));
}

function requireAny(note, checkpoint, origin, keys) {
  const signed = signedBy(note, keys);
  if (signed.length) return signed;
  const { size } = checkpoint;
  for (const key of origin.keys) {
    if (key.ended !== null && size > key.ended && signedBy(note, [key]).length) {
      throw refusal("audit.log_key_ended", { size, key: key.vkey, ended: key.ended });
    }
  }
  throw refusal("checkpoint.signature", { key: origin.name });
}

function otherOrigin(note, checkpoint, log) {
  const expected = log.at(checkpoint.size);
  const former = log.named(checkpoint.origin);
  if (former && former.left !== null && signedBy(note, former.keys).length) {
    return refusal("audit.old_origin", facts(checkpoint, former));
  }
  const lastPart = (name) => name.slice(name.lastIndexOf("/") + 1);
  if (!former && lastPart(checkpoint.origin) === lastPart(expected.name)) {
    return refusal("audit.unknown_origin", { origin: checkpoint.origin, now: log.now.name });
  }
  return refusal("checkpoint.signature", { key: expected.name });
}

function facts({ size }, { name, left, last, reason }) {
  const [why_zh, why_en] = WHY[reason];
  return { size, origin: name, left, last, why_zh, why_en };
}
