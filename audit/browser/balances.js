/** Balances (余额): turnover per account and period, folded from the entries (domain/balances.py, audit/figures.py). */

import { FORMS } from "./generated.js";
import { strangers } from "./mixing.js";
import { exactSum } from "./money.js";
import { Carried, PARTED, UNDISTRIBUTED } from "./spending.js";

const OPENING = "";
const MONEY_ACCOUNTS = ["101", "102", "109"];

/** What the published figures are compared with, folded entry by entry: no entry is kept. */
export class Figures {
  constructor() {
    this.turnover = new Map(); // by period, by account: [debit, credit] in fen
    this.transfers = new Map(); // the same of vouchers that touch the undistributed income alone
    this.parties = new Map(); // by period, by account and counterparty where the balance sheet parts them: moved in fen
    this.mixed = new Map(); // by id: vouchers that mix a transfer or distribution with other business
    this.carried = new Carried(); // what the execution of a year's plan does not count again
    this.moneyDays = new Map(); // by account, by date: [moved in fen, last entry]
    this.newest = "";
  }

  /** Take in the lines of entry `index`, whose id is `id`, of a book with a chart version; opening balances have no date. */
  fold(index, id, data, chart) {
    const date = data.date ?? "";
    if (date > this.newest) this.newest = date;
    addLines(entryOf(this.turnover, date.slice(0, 7)), data.lines);
    if (date && data.lines.some(({ account }) => UNDISTRIBUTED.includes(account.slice(0, 3)))) {
      addLines(entryOf(this.transfers, date.slice(0, 7)), data.lines);
      this.mix(index, id, data);
    }
    if (date) this.carried.fold(chart, date, data.lines);
    const parties = entryOf(this.parties, date.slice(0, 7));
    for (const { account, party = "", debit_fen, credit_fen } of data.lines) {
      const place = `${account}\n${party}`; // no name has a line end
      if (account.startsWith(PARTED)) parties.set(place, exactSum(parties.get(place) ?? 0, debit_fen - credit_fen));
      if (MONEY_ACCOUNTS.includes(account.slice(0, 3))) this.moveMoney(account, date, debit_fen - credit_fen, index);
    }
  }

  mix(entry, id, { date, lines, reverses }) {
    if (reverses !== undefined) {
      this.mixed.delete(reverses);
      return;
    }
    const accounts = strangers(lines.map(({ account }) => account));
    if (accounts.length) this.mixed.set(id, { entry, date, accounts });
  }

  moveMoney(account, date, fen, index) {
    const days = entryOf(this.moneyDays, account);
    days.set(date, [exactSum(days.get(date)?.[0] ?? 0, fen), index]);
  }
}

/** Add lines to what moved, by account: [debit, credit] in fen. */
export function addLines(accounts, lines) {
  for (const { account, debit_fen, credit_fen } of lines) {
    const [debit, credit] = accounts.get(account) ?? [0, 0];
    accounts.set(account, [exactSum(debit, debit_fen), exactSum(credit, credit_fen)]);
  }
}

function entryOf(map, key) {
  if (!map.has(key)) map.set(key, new Map());
  return map.get(key);
}

/** The columns of a trial balance, in their order. */
export const FIGURES = FORMS[0].columns.map(([column]) => column);

/**
 * Return the trial balance (科目余额表) of one period, one row for each account with figures, all in fen.
 * @param {Map<string, Map<string, number[]>>} turnover as `Figures` has it
 * @param {(code: string) => string} nameOf
 */
export function trialBalance(turnover, nameOf, period) {
  const january = `${period.slice(0, 4)}-01`;
  const sums = new Map();
  for (const [when, accounts] of turnover) {
    if (when > period) continue;
    for (const [account, [debit, credit]] of accounts) {
      const total = sums.get(account) ?? { opening: 0, debit: 0, credit: 0, yearDebit: 0, yearCredit: 0 };
      if (when < period || when === OPENING) total.opening = exactSum(total.opening, debit - credit);
      else [total.debit, total.credit] = [debit, credit];
      if (when >= january) {
        total.yearDebit = exactSum(total.yearDebit, debit);
        total.yearCredit = exactSum(total.yearCredit, credit);
      }
      sums.set(account, total);
    }
  }
  const rows = [...sums.keys()].sort().map((account) => rowOf(account, nameOf(account), sums.get(account)));
  return rows.filter((row) => FIGURES.some((figure) => row[figure] !== 0));
}

function rowOf(account, name, total) {
  const [openingDebit, openingCredit] = sides(total.opening);
  const [closingDebit, closingCredit] = sides(exactSum(total.opening, total.debit - total.credit));
  return {
    account,
    name,
    opening_debit_fen: openingDebit,
    opening_credit_fen: openingCredit,
    debit_fen: total.debit,
    credit_fen: total.credit,
    year_debit_fen: total.yearDebit,
    year_credit_fen: total.yearCredit,
    closing_debit_fen: closingDebit,
    closing_credit_fen: closingCredit,
  };
}

function sides(balance) {
  return balance >= 0 ? [balance, 0] : [0, -balance];
}

/** Return the sums of each figure. */
export function totalsOf(rows) {
  return Object.fromEntries(
    FIGURES.map((figure) => [figure, rows.reduce((sum, row) => exactSum(sum, row[figure]), 0)]),
  );
}

/** Yield each day at whose end cash or bank is below zero and was not before: account, date, balance, entry. */
export function* moneyDips(moneyDays) {
  for (const account of [...moneyDays.keys()].sort()) {
    let balance = 0;
    for (const date of [...moneyDays.get(account).keys()].sort()) {
      const [moved, index] = moneyDays.get(account).get(date);
      const before = balance;
      balance = exactSum(balance, moved);
      if (balance < 0 && before >= 0) yield { account, date, balance, index };
    }
  }
}
