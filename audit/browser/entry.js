/** An entry (记录): a signed note around one canonical statement, byte for byte as domain/entry.py reads it. */

import { compareText, decodeUtf8, encodeUtf8 } from "./bytes.js";
import { refusal } from "./errors.js";
import { TYPE_NAMES } from "./generated.js";
import { LOG_KEY_TYPES } from "./logkeys.js";
import { leafHash } from "./merkle.js";
import { checkCharacters, splitNote } from "./note.js";
import { isTimestamp } from "./period.js";
import {
  accountCode,
  anyText,
  attachmentCount,
  bool,
  count,
  digest,
  division,
  fen,
  list,
  logVkey,
  oneOf,
  optionalText,
  origin,
  rowsRoot,
  seenRoot,
  sha256Hex,
  signature64,
  struct,
  text,
  vkey,
} from "./shapes.js";

const MAX_ENTRY_BYTES = 65_535;
const HEADER = encodeUtf8("sunledger.entry/v1\n");
const NEWLINE = 0x0a;
const ULID = /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/;
// how JSON.stringify writes half of a pair, which has no UTF-8; a whole pair it writes as it is
const LONE_SURROGATE = /(?:^|[^\\])(?:\\\\)*\\ud[89a-f]/;
const ROLES = ["accountant", "cashier", "head", "supervisor", "township", "county", "member"];

const seen = struct({ n: count, r: seenRoot });

const grant = struct({
  holder: digest,
  name: optionalText,
  proof: signature64,
  vkey: vkey,
});

const line = struct({
  account: anyText,
  credit_fen: [fen, 0],
  debit_fen: [fen, 0],
  party: optionalText,
  project: optionalText,
  summary: optionalText,
});

const file = struct({ media: text, name: text, sha256: sha256Hex, size: count });
const attachments = struct({ count: [attachmentCount, 0], files: [list(file, 0, 100), []] });
const lines = list(line, 2, 400);

const tier = struct({
  from_fen: count,
  resolution: [bool, false],
  roles: list(oneOf(...ROLES), 1, 7),
  to_fen: [count, undefined],
});

const opened = struct({
  chart: anyText,
  first_period: anyText,
  keys: list(grant, 1, 32),
  log: struct({ origin: origin, vkey: logVkey }),
  organisation: struct({ division: division, id: anyText, name: text }),
});

const voucher = struct({
  attachments,
  date: anyText,
  lines,
  resolution: optionalText,
  source: optionalText,
  summary: text,
});

const reversal = struct({
  attachments,
  date: anyText,
  lines,
  reverses: anyText,
  summary: text,
});

/** Every entry type by its name, with the shape of its statement. */
export const TYPES = new Map(
  Object.entries({
    "book.opened/1": opened,
    "key.granted/1": grant,
    "key.rotated/1": struct({ new: grant, old: text }),
    "key.revoked/1": struct({ key: text, reason: text }),
    "policy.set/1": struct({ tiers: list(tier, 1, 20) }),
    "account.added/1": struct({ code: accountCode, name: text }),
    "opening.posted/1": struct({ lines: list(line, 1, 600) }),
    "voucher.posted/1": voucher,
    "voucher.reversed/1": reversal,
    "period.closed/1": struct({ period: anyText }),
    "sheet.published/1": struct({ period: anyText, root: rowsRoot, rows: count, sheet: oneOf("trial_balance") }),
  }).map(([type, data]) => [type, statementOf(type, data)]),
);
for (const [type, { data }] of Object.entries(LOG_KEY_TYPES)) TYPES.set(type, statementOf(type, data));

function statementOf(type, data) {
  return struct({ at: anyText, book: anyText, data, id: anyText, seen, type: oneOf(type) });
}

/**
 * Parse an entry strictly: canonical or refused.
 * @param {Uint8Array} note
 * @returns {{text: Uint8Array, statement: object, signatures: object[], leafHash: Uint8Array}}
 */
export function parseEntry(note) {
  if (note.length > MAX_ENTRY_BYTES) {
    throw refusal("entry.too_large", { size: note.length, limit: MAX_ENTRY_BYTES });
  }
  const { text: signed, signatures } = splitNote(note);
  const statement = parseOrSayFirst(signed, note);
  for (let i = 1; i < signatures.length; i += 1) {
    if (compareText(signatures[i].name, signatures[i - 1].name) <= 0) throw refusal("entry.signature_order");
  }
  return { text: signed, statement, signatures, leafHash: leafHash(note) };
}

/** What is no note at all is said first. */
function parseOrSayFirst(signed, note) {
  try {
    return parseText(signed);
  } catch (problem) {
    checkCharacters(note);
    throw problem;
  }
}

/** Parse the signed text: the header line and one line of canonical JSON. */
export function parseText(signed) {
  const last = signed.length - 1;
  const headed = HEADER.every((byte, i) => signed[i] === byte);
  if (!headed || signed.indexOf(NEWLINE, HEADER.length) !== last) {
    const problem = "a header line 'sunledger.entry/v1' and one line of JSON expected";
    throw refusal("entry.malformed", { problem });
  }
  const json = decodeUtf8(signed.subarray(HEADER.length, last));
  if (json === null) throw refusal("entry.malformed", { problem: "not UTF-8" });
  const statement = parseStatement(json);
  if (!ULID.test(statement.id)) throw refusal("entry.id", { id: statement.id });
  if (!isTimestamp(statement.at)) throw refusal("entry.at", { at: statement.at });
  return statement;
}

function parseStatement(json) {
  const statement = parseJson(json);
  if (statement === null || typeof statement !== "object" || Array.isArray(statement)) {
    throw refusal("entry.malformed", { problem: "an object expected" });
  }
  // written again before the defaults are filled in; keys that stand twice or out of order show here or in the shapes
  const again = JSON.stringify(statement);
  if (LONE_SURROGATE.test(again)) throw refusal("entry.malformed", { problem: "half a surrogate pair" });
  const shape = TYPES.get(statement.type);
  if (!shape) throw unknownType(statement.type);
  const state = { canonical: again === json };
  shape(statement, state);
  if (!state.canonical) throw fraction(json) ?? refusal("entry.not_canonical");
  return statement;
}

/** A type that the program knows and this page does not is no fault of the book: there is no verdict then. */
function unknownType(type) {
  if (TYPE_NAMES.includes(type)) return refusal("audit.beyond_the_page", { type });
  return refusal("entry.unknown_type", { problem: String(type).slice(0, 80) });
}

/** A number written with a fraction or an exponent is no integer, even where JavaScript takes it for one. */
function fraction(json) {
  const numbers = json.replace(/"(?:[^"\\]|\\.)*"/g, "");
  return /[0-9][.eE]/.test(numbers) ? refusal("entry.malformed", { problem: "an integer expected" }) : null;
}

function parseJson(json) {
  try {
    return JSON.parse(json);
  } catch (error) {
    throw unknownTypeBefore(json) ?? refusal("entry.malformed", { problem: error.message });
  }
}

/** A type is looked at before what stands behind it: so the unknown one is named, where both are wrong. */
function unknownTypeBefore(json) {
  const [, before] = /^(.*"type":"(?:[^"\\]|\\.)*")/.exec(json) ?? [];
  try {
    const { type } = JSON.parse(`${before}}`);
    return TYPES.has(type) ? null : refusal("entry.unknown_type", { problem: type.slice(0, 80) });
  } catch {
    return null;
  }
}
