/** Disclosures (披露) after RFC 9901 section 4.2, as domain/kernel/disclosure.py reads them: [salt, name, value]. */

import { decodeBase64, decodeUtf8, encodeBase64, encodeUtf8 } from "./bytes.js";
import { telling } from "./errors.js";
import { sha256 } from "./sha2.js";
import { isPlain } from "./shapes.js";

const MAX_CHARACTERS = 8_192;
const MAX_DEPTH = 64;
const RESERVED = ["_sd", "..."];
const BASE64URL = /^[A-Za-z0-9_-]*$/;
const KEY = /^[a-z0-9_]+$/;
const TEXT_OR_NUMBER = /"(?:[^"\\]|\\.)*"|-?[0-9][-+0-9.eE]*/g;

const malformed = telling("disclosure.malformed");

function encodeBase64url(bytes) {
  return encodeBase64(bytes).replace(/\+/g, "-").replace(/\//g, "_").replace(/=/g, "");
}

/** Return the bytes of base64url without padding, null for anything else. */
function decodeBase64url(text) {
  if (!BASE64URL.test(text)) return null;
  const standard = text.replace(/-/g, "+").replace(/_/g, "/");
  const bytes = decodeBase64(encodeUtf8(standard.padEnd(Math.ceil(text.length / 4) * 4, "=")));
  return encodeBase64url(bytes) === text ? bytes : null;
}

/** Return the digest that stands for a disclosure. */
export function digestOf(disclosed) {
  return encodeBase64url(sha256(encodeUtf8(disclosed)));
}

/**
 * Return what a disclosure says; throws `disclosure.malformed`. Any JSON encoding of the three parts is good.
 * @returns {{salt: string, name: string, value: *}}
 */
export function parseDisclosure(text) {
  if (text.length > MAX_CHARACTERS) {
    throw malformed(`超过 ${MAX_CHARACTERS} 个字符`, `more than ${MAX_CHARACTERS} characters`);
  }
  const bytes = decodeBase64url(text);
  if (!bytes) throw malformed("应为不带填充的 base64url", "not base64url without padding");
  const parts = parseJson(decodeUtf8(bytes) ?? "");
  if (!Array.isArray(parts) || parts.length !== 3) throw malformed("应为盐、名称和值", "salt, name and value expected");
  const [salt, name, value] = parts;
  if (typeof salt !== "string" || typeof name !== "string") {
    throw malformed("盐和名称应为文本", "salt and name are texts");
  }
  if (!name || RESERVED.includes(name)) throw malformed("这个名称是保留的", "the name is reserved");
  for (const part of parts) checkValue(part, MAX_DEPTH);
  return { salt, name, value };
}

/** A number that is no integer as it is written becomes null, which no value is: JavaScript takes 1.0 for 1. */
function parseJson(json) {
  try {
    JSON.parse(json);
    return JSON.parse(json.replace(TEXT_OR_NUMBER, (part) => (part[0] === '"' || isInteger(part) ? part : "null")));
  } catch {
    throw malformed("不是合格的 JSON", "no JSON");
  }
}

function isInteger(text) {
  return /^-?[0-9]+$/.test(text) && Number.isSafeInteger(Number(text));
}

/** Throw for what lies outside the profile: null, fractions, deep nesting, keys or texts that are not plain. */
function checkValue(value, depth) {
  if (typeof value === "boolean" || typeof value === "number") return;
  if (typeof value === "string") {
    if (!isPlain(value)) throw malformed("含有控制字符，或半个代理对", "a control character, or half a surrogate pair");
    return;
  }
  if (value === null || depth === 0) {
    throw malformed("含有空值或小数，或嵌套太深", "null, a fraction, or nested too deep");
  }
  for (const [key, member] of Object.entries(value)) {
    if (!Array.isArray(value) && !KEY.test(key)) {
      throw malformed("其中有名称不合 [a-z0-9_]", "a name in it is not of [a-z0-9_]");
    }
    checkValue(member, depth - 1);
  }
}
