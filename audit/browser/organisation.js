/** Organisation ids (统一社会信用代码) after GB 32100-2015: 18 characters, the last a check digit. */

import { refusal } from "./errors.js";

const ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY";
const CODE = /^[0-9A-HJ-NPQRTUWXY]{18}$/;
const TYPES = ["N1", "N2", "N3", "N9", "54"];

function checkDigit(code) {
  let [total, weight] = [0, 1];
  for (const char of code.slice(0, 17)) {
    total += ALPHABET.indexOf(char) * weight;
    weight = (weight * 3) % 31;
  }
  return ALPHABET[(31 - (total % 31)) % 31];
}

/** Tell whether a code has the form and the check digit of an organisation's code, of any type. */
export function isOrganisation(code) {
  return CODE.test(code) && code[17] === checkDigit(code);
}

/** Throw the rule that a code breaks which may keep no book. */
export function checkOrganisation(code) {
  if (!CODE.test(code)) throw refusal("organisation.malformed", { read: code.slice(0, 40) });
  if (!isOrganisation(code)) throw refusal("organisation.check_digit", { read: code, expected: checkDigit(code) });
  if (!TYPES.includes(code.slice(0, 2))) throw refusal("organisation.type", { read: code });
}
