/** Amounts as they are typed (金额): read as the server reads them, and refused with what is wrong. */

import { mark, mistyped } from "./ask.js";

const AMOUNT = /^([+-]?)([0-9]+|[0-9]{1,3}(?:,[0-9]{3})+)?(?:\.([0-9]{0,2})0*)?$/;
const MAX_FEN = 999_999_999_999;

/**
 * Return fen of an amount as `parse_fen` (domain/kernel/money.py) reads it, 0 for nothing; undefined for no amount,
 * Infinity for more than one amount may be.
 */
function parseFen(text) {
  const half = text.replace(/[！-～]/g, (wide) => String.fromCharCode(wide.charCodeAt(0) - 0xfee0));
  const plain = half.replaceAll(/[¥￥元]/g, "").replaceAll("−", "-").trim();
  if (plain === "") return 0;
  const bracketed = /^\((.*)\)$/.exec(plain);
  const [, sign, yuan, decimals = ""] = AMOUNT.exec(bracketed ? bracketed[1].trim() : plain) ?? [];
  if (!(yuan || decimals) || (bracketed && sign)) return undefined;
  const fen = Number((yuan ?? "0").replaceAll(",", "")) * 100 + Number(decimals.padEnd(2, "0"));
  if (fen > MAX_FEN) return Infinity;
  return fen && (bracketed || sign === "-") ? -fen : fen;
}

/** Tell whether what stands in a field is an amount, or nothing. */
export const isAmount = ({ value }) => Number.isFinite(parseFen(value));

/** Return fen of what stands in a field, 0 for what is no amount. */
export const readable = (input) => (isAmount(input) ? parseFen(input.value) : 0);

function noAmount({ value }) {
  if (parseFen(value) === undefined) return [`「${value}」不是金额，应如 1,234.50`, `${value} is no amount such as 1,234.50`];
  return [
    `「${value}」太大，一笔金额最多 9,999,999,999.99 元；请核对小数点和单位`,
    `${value} is too much: one amount is at most 9,999,999,999.99 yuan; check the decimal point and the unit`,
  ];
}

/** Return fen of what stands in a field, 0 for nothing; throws what a person can understand, with the field's name. */
export function fenOf(input, zh, en) {
  if (isAmount(input)) return parseFen(input.value);
  const [why, whyEn] = noAmount(input);
  throw mistyped(input, "money.malformed", `${zh}：${why}`, `${en}: ${whyEn}`);
}

/** Mark a field that was left with no amount in it. */
export function checkAmount({ target }) {
  if (!isAmount(target)) mark(target, ...noAmount(target));
}
