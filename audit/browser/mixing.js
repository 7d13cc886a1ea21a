/** A voucher that transfers or distributes (结转、分配) does nothing else, as in domain/closing/mixing.py. */

import { DISTRIBUTIONS, TRANSFERS } from "./generated.js";
import { UNDISTRIBUTED } from "./spending.js";

const RESULT = "5";

/** Return the accounts of a voucher, by code, that a transfer or distribution does not touch; none of another. */
export function strangers(accounts) {
  const codes = [...new Set(accounts)].sort();
  if (!codes.some((code) => UNDISTRIBUTED.includes(code.slice(0, 3)))) return [];
  const usual = codes.some((code) => code.startsWith(RESULT)) ? TRANSFERS : DISTRIBUTIONS;
  return codes.filter((code) => !usual.some((each) => code.startsWith(each)));
}
