/** An entry (记录): a signed note around one canonical statement, byte for byte as domain/entry.py reads it. */

import { compareText, decodeUtf8, encodeUtf8 } from "./bytes.js";
import { refusal, telling } from "./errors.js";
import { TYPE_NAMES } from "./generated.js";
import { leafHash } from "./merkle.js";
import { checkCharacters, splitNote } from "./note.js";
import { isTimestamp } from "./period.js";
import { anyText, oneOf, struct } from "./shapes.js";
import { seen } from "./statements.js";
import { TYPES } from "./types.js";

const MAX_ENTRY_BYTES = 65_535;
const HEADER = encodeUtf8("sunledger.entry/v1\n");
const NEWLINE = 0x0a;
const ULID = /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/;
// how JSON.stringify writes half of a pair, which has no UTF-8; a whole pair it writes as it is
const LONE_SURROGATE = /(?:^|[^\\])(?:\\\\)*\\ud[89a-f]/;
const STRING_OR_BRACKET = /"(?:[^"\\]|\\.)*"|[{}[\]]/g;

/** The shape of a whole statement, by its type. */
const SHAPES = new Map(Object.entries(TYPES).map(([type, { data }]) => [type, statementOf(type, data)]));

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

const malformed = telling("entry.malformed");

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
    throw malformed(
      "应为一行「sunledger.entry/v1」和一行 JSON",
      "a header line 'sunledger.entry/v1' and one line of JSON expected",
    );
  }
  const json = decodeUtf8(signed.subarray(HEADER.length, last));
  if (json === null) throw malformed("不是 UTF-8 编码", "not UTF-8");
  const statement = parseStatement(json);
  if (!ULID.test(statement.id)) throw refusal("entry.id", { id: statement.id });
  if (!isTimestamp(statement.at)) throw refusal("entry.at", { at: statement.at });
  return statement;
}

function parseStatement(json) {
  const statement = parseJson(json);
  if (statement === null || typeof statement !== "object" || Array.isArray(statement)) {
    throw malformed("应为对象", "an object expected");
  }
  // written again before the defaults are filled in; keys that stand twice or out of order show here or in the shapes
  const again = JSON.stringify(statement);
  if (LONE_SURROGATE.test(again)) throw malformed("字符串中有半个代理对", "half a surrogate pair");
  const shape = SHAPES.get(statement.type);
  if (!shape) throw unknownType(statement.type);
  const state = { canonical: again === json };
  shape(statement, state);
  if (!state.canonical) throw fraction(json) ?? refusal("entry.not_canonical");
  return statement;
}

/** A type that the program knows and this page does not is no fault of the book: there is no verdict then. */
function unknownType(type) {
  if (TYPE_NAMES.includes(type)) return refusal("audit.beyond_the_page", { type });
  return refusal("entry.unknown_type", { problem: typeof type === "string" ? type.slice(0, 80) : typeof type });
}

/** A number written with a fraction or an exponent is no integer, even where JavaScript takes it for one. */
function fraction(json) {
  const numbers = json.replace(/"(?:[^"\\]|\\.)*"/g, "");
  return /[0-9][.eE]/.test(numbers) ? malformed("应为整数", "an integer expected") : null;
}

function parseJson(json) {
  try {
    return JSON.parse(json);
  } catch (error) {
    throw unknownTypeBefore(json) ?? malformed("不是合格的 JSON", `no JSON: ${error.message}`);
  }
}

/** A type is looked at before what stands behind it: so an unknown or missing one is named, where both are wrong. */
function unknownTypeBefore(json) {
  const [, before] = /^(.*"type":"(?:[^"\\]|\\.)*")/.exec(json) ?? [];
  const read = parsed(firstValue(json)) ?? parsed(`${before}}`);
  if (read === null || Array.isArray(read) || SHAPES.has(read.type)) return null;
  return unknownType(read.type);
}

function parsed(json) {
  try {
    return JSON.parse(json);
  } catch {
    return null;
  }
}

/** Return a text up to where its first bracket closes again. */
function firstValue(json) {
  let depth = 0;
  for (const { 0: token, index } of json.matchAll(STRING_OR_BRACKET)) {
    if (token === "{" || token === "[") depth += 1;
    if (token === "}" || token === "]") depth -= 1;
    if (depth === 0) return json.slice(0, index + 1);
  }
  return json;
}
