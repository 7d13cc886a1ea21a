/** Shapes of values: what a field of a statement may hold, as the structs of domain/ declare it. */

import { has } from "./bytes.js";
import { refusal, telling } from "./errors.js";

const MAX_FEN = 999_999_999_999;

// no control characters, and none that turn the reading direction (domain/kernel/statement.py)
const PLAIN = /^[^\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ufeff]*$/u;

const HALF_A_PAIR = /[\ud800-\udfff]/u;

/** Tell whether a text shows what it says: no control character, nothing that turns it, no half of a surrogate pair. */
export function isPlain(text) {
  return PLAIN.test(text) && !HALF_A_PAIR.test(text);
}

const malformed = telling("entry.malformed");

/** A shape is a function (value, state): it throws, or sets `state.canonical` false, or all is well. */
function string({ min = 0, max = Infinity, pattern = null } = {}) {
  return (value) => {
    if (typeof value !== "string") throw malformed("应为文本", "a string expected");
    const length = value.length <= max && value.length >= 2 * min ? value.length : [...value].length;
    if (length < min || length > max) {
      throw malformed(`应为 ${min} 至 ${max} 个字符的文本`, `a string of ${min} to ${max} characters expected`);
    }
    if (pattern && !pattern.test(value)) {
      throw malformed(`应为合 ${pattern.source} 的文本`, `a string that matches ${pattern.source} expected`);
    }
  };
}

function integer(min, max) {
  return (value) => {
    if (typeof value !== "number" || !Number.isInteger(value)) throw malformed("应为整数", "an integer expected");
    if (value < min || value > max) {
      throw malformed(`应为 ${min} 至 ${max} 的整数`, `an integer from ${min} to ${max} expected`);
    }
  };
}

/** One of these texts. */
export function oneOf(...texts) {
  return (value) => {
    if (!texts.includes(value)) throw malformed(`应为 ${texts.join("、")} 之一`, `one of ${texts.join(", ")} expected`);
  };
}

/** True or false. */
export function bool(value) {
  if (typeof value !== "boolean") throw malformed("应为 true 或 false", "true or false expected");
}

/** A list of values of one shape. */
export function list(member, min, max) {
  return (value, state) => {
    if (!Array.isArray(value)) throw malformed("应为数组", "a list expected");
    if (value.length < min || value.length > max) {
      throw malformed(`应为 ${min} 至 ${max} 项的数组`, `a list of ${min} to ${max} members expected`);
    }
    for (const item of value) member(item, state);
  };
}

/**
 * An object with exactly these fields. A field is a shape, or [shape, default]: one that has its default is left out,
 * and it is filled in here. Keys stand in order.
 */
export function struct(fields) {
  const shapes = new Map();
  const required = [];
  const optional = [];
  for (const [name, field] of Object.entries(fields)) {
    shapes.set(name, Array.isArray(field) ? field[0] : field);
    if (Array.isArray(field)) optional.push([name, field[1]]);
    else required.push(name);
  }
  return (value, state) => {
    if (value === null || typeof value !== "object" || Array.isArray(value)) {
      throw malformed("应为对象", "an object expected");
    }
    let previous = "";
    for (const name of Object.keys(value)) {
      const shape = shapes.get(name);
      if (!shape) throw refusal("entry.unknown_field", { problem: name.slice(0, 80) });
      shape(value[name], state);
      if (name <= previous) state.canonical = false;
      previous = name;
    }
    for (const name of required) {
      if (!has(value, name)) throw malformed(`缺少字段 ${name}`, `the field ${name} is missing`);
    }
    for (const [name, unset] of optional) fill(value, name, unset, state);
  };
}

function fill(value, name, unset, state) {
  const empty = Array.isArray(unset);
  if (!has(value, name)) value[name] = empty ? [] : unset;
  else if (empty ? value[name].length === 0 : value[name] === unset) state.canonical = false;
}

export const anyText = string();
export const text = string({ min: 1, max: 200, pattern: PLAIN });
export const optionalText = [string({ max: 200, pattern: PLAIN }), ""];
export const fen = integer(-MAX_FEN, MAX_FEN);
export const plannedFen = integer(1, MAX_FEN);
export const year = string({ pattern: /^20[0-9]{2}$/ });
export const count = integer(0, Number.MAX_SAFE_INTEGER);
export const sizeFromOne = integer(1, Number.MAX_SAFE_INTEGER);
export const attachmentCount = integer(0, 9999);
export const rowCount = integer(1, 10_000);
export const rowNumber = integer(0, 9_999);
export const accountCode = string({ pattern: /^[1-9][0-9]{2}([0-9]{2}){0,3}$/ });
export const unit = [string({ max: 20, pattern: PLAIN }), ""];
export const quantity = integer(-MAX_FEN, MAX_FEN); // in thousandths
export const invoiceNumber = string({ pattern: /^[0-9A-Z]{8,20}$/ });
export const sha256Hex = string({ pattern: /^[0-9a-f]{64}$/ });
export const seenRoot = string({ max: 44 });
export const root44 = string({ min: 44, max: 44 });
export const rowsRoot = string({ pattern: /^[A-Za-z0-9+/]{43}=$/ });
export const origin = string({ min: 1, max: 200, pattern: /^[A-Za-z0-9.:/_-]+$/ });
export const division = string({ pattern: /^[0-9]{12}$/ });
export const logVkey = string({ max: 300 });
export const digest = string({ pattern: /^[A-Za-z0-9_-]{43}$/ });
export const hash64 = string({ min: 44, max: 44 });
export const vkey = string({ min: 1, max: 300 });
export const signature64 = string({ min: 88, max: 88 });
