/** What the plan's execution counts once, as domain/statements/spending.py has it: what vouchers carry on is not counted again. */

import { PLANNED } from "./generated.js";
import { exactSum } from "./money.js";

const RESULT = "5";
const INCOME = "50";
const STORES = "121";
const GIVEN = /^3[01]1/; // equity: what was given was spent by nobody

/** The accounts of the undistributed income: a voucher that touches one of them transfers or distributes it. */
export const UNDISTRIBUTED = ["321", "322"];

/** The account that the balance sheet shows on both sides, by counterparty (内部往来). */
export const PARTED = "113";

/** Tell whether debits of an account are counted as spending, and its credits carry it on: assets and costs. */
export function isCounted(chart, account) {
  return !account.startsWith(RESULT) && PLANNED[chart].includes(account.slice(0, 3));
}

/** What the vouchers so far carried on, by period and account; and the stores of each year by account. */
export class Carried {
  constructor() {
    this.byPeriod = new Map(); // by period, by account: fen
    this.stores = new Map(); // by year, by account: {held, gone}: what was counted already, and what of it left
  }

  /** Take in a voucher, in the log's order. */
  fold(chart, date, lines) {
    if (!(chart in PLANNED)) return;
    const holds = ({ account }) => isCarrying(chart, account) || account.startsWith(STORES);
    if (!lines.some((line) => line.credit_fen && holds(line))) return;
    if (lines.some(({ account }) => UNDISTRIBUTED.includes(account.slice(0, 3)))) return;
    const [year, period] = [date.slice(0, 4), date.slice(0, 7)];
    if (!this.stores.has(year)) this.stores.set(year, new Map());
    for (const [account, fen] of carryOn(lines, chart, this.stores.get(year))) {
      if (!this.byPeriod.has(period)) this.byPeriod.set(period, new Map());
      const accounts = this.byPeriod.get(period);
      accounts.set(account, exactSum(accounts.get(account) ?? 0, fen));
    }
  }

  /** Return what was carried on in a period and in its year so far, by account. */
  upTo(period) {
    const sums = new Map();
    for (const [one, accounts] of this.byPeriod) {
      if (one < `${period.slice(0, 4)}-01` || one > period) continue;
      for (const [account, fen] of accounts) {
        const [month, year] = sums.get(account) ?? [0, 0];
        sums.set(account, [one === period ? exactSum(month, fen) : month, exactSum(year, fen)]);
      }
    }
    return sums;
  }
}

function carryOn(lines, chart, stores) {
  const carried = new Map();
  let left = credited(lines, chart, stores);
  for (const { account, debit_fen } of lines) {
    if (debit_fen * left <= 0) continue;
    const part = Math.abs(debit_fen) < Math.abs(left) ? debit_fen : left;
    if (account.startsWith(STORES)) moveStore(stores, account, part, 0);
    else if (isSpending(chart, account)) carried.set(account, exactSum(carried.get(account) ?? 0, part));
    else continue;
    left -= part;
  }
  return carried;
}

function isCarrying(chart, account) {
  return isCounted(chart, account) || GIVEN.test(account);
}

function isSpending(chart, account) {
  return !account.startsWith(INCOME) && PLANNED[chart].includes(account.slice(0, 3));
}

/** Return what a voucher credits of what was counted before, and take it from the stores. */
function credited(lines, chart, stores) {
  let sum = 0;
  for (const { account, credit_fen } of lines) {
    if (isCarrying(chart, account)) sum = exactSum(sum, credit_fen);
    else if (account.startsWith(STORES)) sum = exactSum(sum, take(stores, account, credit_fen));
  }
  return sum;
}

function take(stores, account, fen) {
  const { held, gone } = stores.get(account) ?? { held: 0, gone: 0 };
  const taken = fen > 0 ? Math.min(fen, Math.max(held, 0)) : Math.max(fen, -gone);
  if (taken) moveStore(stores, account, -taken, taken);
  return taken;
}

function moveStore(stores, account, held, gone) {
  const store = stores.get(account) ?? { held: 0, gone: 0 };
  stores.set(account, { held: exactSum(store.held, held), gone: exactSum(store.gone, gone) });
}
