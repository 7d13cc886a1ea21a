/** A voucher that transfers or distributes (结转、分配) does nothing else, as in domain/closing/mixing.py. */

import { DISTRIBUTIONS, TRANSFERS } from "./generated.js";
import { UNDISTRIBUTED } from "./spending.js";

/** Return the accounts of a voucher, by code, that no transfer or distribution touches so; none of another voucher. */
export function strangers(accounts) {
  const codes = [...new Set(accounts)].sort();
  const has = (top) => codes.some((code) => code.startsWith(top));
  if (!UNDISTRIBUTED.some(has)) return [];
  const usual = has("5") && has("321") ? TRANSFERS : DISTRIBUTIONS;
  return codes.filter((code) => !usual.some((each) => code.startsWith(each)));
}
