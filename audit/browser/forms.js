/**
 * What is published of a period, as it follows from the entries: trial balance and statements (报表), as
 * audit/statements.py and domain/statements/ have them. Their lines and formulas come from there in `generated.js`.
 */

import { totalsOf, trialBalance } from "./balances.js";
import { LAYOUTS } from "./generated.js";
import { exactSum, sumOf } from "./money.js";
import { PARTED, UNDISTRIBUTED, isCounted } from "./spending.js";
import { incomeRows } from "./subtotals.js";

const RESULT = "5";
const INCOME = "50";
const NOTHING = [0, 0];
const NO_YEAR = { flows: [], opening: 0 };

/** Return the terms of a formula: an account, perhaps a half or the details of a name of it, or an earlier line. */
function termsOf(formula) {
  return formula
    .replace(/ /g, "")
    .match(/[+-]?[^+-]+/g)
    .map((text) => {
      const [, minus, at, name, half, called] = /^\+?(-?)(@?)([a-z0-9_]+)\.?([a-z]*):?(.*)$/.exec(text);
      return { sign: minus ? -1 : 1, distributes: at !== "", name, half, called, isAccount: /^[0-9]/.test(name) };
    });
}

/** Return the lines of a statement: what is published of each, its side and its terms. */
function layoutOf({ accounts: own }, rows) {
  return rows.map(([side, key, name, name_en, role, formula]) => {
    const terms = termsOf(formula).flatMap((term) =>
      term.called ? own.detailsOf(term.name, term.called).map((code) => ({ ...term, name: code })) : term,
    );
    const accounts = terms.filter((term) => term.isAccount).map((term) => term.name);
    return { side, key, role, terms, published: { key, name, name_en, role, accounts } };
  });
}

/** Return the figure of each line by its key; `amountOf(term, line, figures)` gives that of a term. */
function figuresOf(lines, amountOf) {
  const figures = {};
  for (const line of lines) {
    figures[line.key] = sumOf(line.terms.map((term) => term.sign * amountOf(term, line, figures)));
  }
  return figures;
}

/** Return the figures of a balance sheet, of balances [account, fen] with debit balances positive. */
function sheetFigures(lines, balances) {
  return figuresOf(lines, ({ isAccount, name, half }, { side }, figures) => {
    if (!isAccount) return figures[name];
    const leaves = balances.filter(([account]) => account.startsWith(name)).map(([, fen]) => fen);
    const kept = leaves.filter((fen) => !half || (half === "debit") === fen > 0);
    return (side === "asset" ? 1 : -1) * sumOf(kept);
  });
}

/** Return balances with those of 113 parted by counterparty, as domain/statements/parties.py has it. */
function parted(balances, parties, last) {
  const sums = new Map();
  for (const [period, moved] of parties) {
    if (period > last) continue;
    for (const [place, fen] of moved) sums.set(place, exactSum(sums.get(place) ?? 0, fen));
  }
  return [...balances.filter(([account]) => !account.startsWith(PARTED)), ...sums];
}

function balanceSheet(of) {
  const lines = layoutOf(of, LAYOUTS[of.chart].sheet);
  const { parties, period } = of.month;
  const closing = sheetFigures(lines, parted(closingOf(of.month), parties, period));
  const opening = sheetFigures(lines, parted(openingOf(of.month), parties, `${Number(period.slice(0, 4)) - 1}-12`));
  const shown = lines.filter(({ role, key }) => role !== "if_any" || closing[key] !== 0 || opening[key] !== 0);
  const [assets, claims] = ["asset", "claim"].map((side) =>
    shown
      .filter((line) => line.side === side)
      .map(({ key, published }) => ({ ...published, closing_fen: closing[key], opening_fen: opening[key] })),
  );
  const off = assets[assets.length - 1].closing_fen - claims[claims.length - 1].closing_fen;
  return { ...of.head, assets, claims, off_by_fen: off };
}

function incomeFigures(lines, { flows, opening }) {
  const terms = lines.flatMap((line) => line.terms);
  const named = terms.filter((term) => term.isAccount && term.distributes).map((term) => term.name);
  const others = [RESULT, ...UNDISTRIBUTED, ...named];
  const rest = flows.filter((flow) => flow.distributes && !others.some((code) => flow.account.startsWith(code)));
  return figuresOf(lines, ({ isAccount, distributes, name, half }, _, figures) => {
    if (!isAccount && !distributes) return figures[name];
    if (!isAccount) return name === "opening" ? opening : sumOf(rest.map(netOf));
    const moved = flows.filter((flow) => flow.distributes === distributes && flow.account.startsWith(name));
    return sumOf(moved.map(half ? (flow) => flow[half] : netOf));
  });
}

function netOf({ debit, credit }) {
  return credit - debit;
}

function incomeStatement(of) {
  const lines = layoutOf(of, incomeRows(of.chart, of.places));
  const [amounts, before] = [yearOf(of.month), of.yearBefore()].map((year) => incomeFigures(lines, year));
  return {
    ...of.head,
    lines: lines.map(({ key, published }) => ({ ...published, amount_fen: amounts[key], before_fen: before[key] })),
    off_by_fen: exactSum(amounts[lines[lines.length - 1].key], -undistributed(closingOf(of.month))),
  };
}

function incomeDetails({ month, nameOf, head }) {
  const ofMonth = netsOf(earned(movedOf(month, ""), month.transfers.get(month.period) ?? new Map()));
  const ofYear = netsOf(yearOf(month).flows);
  const rows = [...ofYear.keys()].sort().map((account) => {
    const is_income = account.startsWith(INCOME);
    const [month_fen, year_fen] = [ofMonth, ofYear].map((nets) => (is_income ? 1 : -1) * (nets.get(account) ?? 0));
    return { account, name: nameOf(account), is_income, month_fen, year_fen };
  });
  const shown = rows.filter((row) => row.month_fen !== 0 || row.year_fen !== 0);
  const [monthly, yearly] = ["month_fen", "year_fen"].map((column) =>
    sumOf(shown.map((row) => (row.is_income ? row[column] : -row[column]))),
  );
  return { ...head, rows: shown, difference_month_fen: monthly, difference_year_fen: yearly };
}

/** Return what was earned and spent, by income and expense account. */
function netsOf(flows) {
  const nets = new Map();
  for (const flow of flows) {
    if (flow.distributes || !flow.account.startsWith(RESULT)) continue;
    nets.set(flow.account, exactSum(nets.get(flow.account) ?? 0, netOf(flow)));
  }
  return nets;
}

/** Return what moved in a month, or with `year_` in its year so far, by account: [debit, credit]. */
function movedOf({ rows }, of) {
  return new Map(rows.map((row) => [row.account, [row[`${of}debit_fen`], row[`${of}credit_fen`]]]));
}

function closingOf({ rows }) {
  return rows.map((row) => [row.account, row.closing_debit_fen - row.closing_credit_fen]);
}

/** Return the balances at the beginning of a month's year. */
function openingOf({ rows }) {
  return rows.map((row) => {
    const closing = row.closing_debit_fen - row.closing_credit_fen;
    return [row.account, exactSum(closing, row.year_credit_fen - row.year_debit_fen)];
  });
}

/** Return what vouchers moved that earn and spend: all that moved, less the transfers. */
function earned(moved, transferred) {
  return [...new Set([...moved.keys(), ...transferred.keys()])].map((account) => {
    const [[debit, credit], [less, lessCredit]] = [moved, transferred].map((each) => each.get(account) ?? NOTHING);
    return { account, distributes: false, debit: exactSum(debit, -less), credit: exactSum(credit, -lessCredit) };
  });
}

/** Return what the statement of income is made of: what moved in the year, and the income that it began with. */
function yearOf(month) {
  const transferred = transferredIn(month);
  const flows = earned(movedOf(month, "year_"), transferred);
  for (const [account, [debit, credit]] of transferred) flows.push({ account, distributes: true, debit, credit });
  const opening = openingOf(month);
  const isBegun = ([account]) => month.opens && account.startsWith(RESULT);
  for (const [account, debit] of opening.filter(isBegun)) flows.push({ account, distributes: false, debit, credit: 0 });
  return { flows, opening: undistributed(opening.filter((each) => !isBegun(each))) };
}

/** Return what transfers moved from January to a month, by account. */
function transferredIn({ period, transfers }) {
  const sums = new Map();
  for (const [when, accounts] of transfers) {
    if (when < `${period.slice(0, 4)}-01` || when > period) continue;
    for (const [account, [debit, credit]] of accounts) {
      const [before, beforeCredit] = sums.get(account) ?? NOTHING;
      sums.set(account, [exactSum(before, debit), exactSum(beforeCredit, credit)]);
    }
  }
  return sums;
}

/** Return the undistributed income among balances, what is not transferred yet with it. */
function undistributed(balances) {
  const own = balances.filter(([account]) => [RESULT, ...UNDISTRIBUTED].some((code) => account.startsWith(code)));
  return -sumOf(own.map(([, fen]) => fen));
}

function trial({ head, period, rows }) {
  return { ...head, from: period, rows, totals: totalsOf(rows) };
}

/** Return how the plan in force is carried out; what moved beyond it stands there with nothing planned. */
function budget(of) {
  const { plan, month, chart, nameOf, head } = of;
  const moved = incomeDetails(of).rows.map((row) => [row.account, row.month_fen, row.year_fen]);
  for (const { account, debit_fen, year_debit_fen } of month.rows) {
    if (isCounted(chart, account)) moved.push([account, debit_fen, year_debit_fen]);
  }
  for (const [account, [ofMonth, ofYear]] of of.carried.upTo(of.period)) moved.push([account, -ofMonth, -ofYear]);
  const planned = new Map(plan.budget.lines.map((line) => [line.account, line.planned_fen]));
  const sums = new Map([...planned.keys()].map((code) => [code, NOTHING]));
  for (const [account, ofMonth, ofYear] of moved) {
    const above = [...planned.keys()].find((code) => account.startsWith(code)) ?? account;
    const [monthly, yearly] = sums.get(above) ?? NOTHING;
    sums.set(above, [exactSum(monthly, ofMonth), exactSum(yearly, ofYear)]);
  }
  const rows = [...sums.keys()].sort().map((account) => {
    const [month_fen, year_fen] = sums.get(account);
    const [name, planned_fen] = [nameOf(account), planned.get(account) ?? 0];
    return { account, name, is_income: account.startsWith(INCOME), planned_fen, month_fen, year_fen };
  });
  const shown = rows.filter((row) => row.planned_fen || row.month_fen || row.year_fen);
  return { ...head, adopted: plan.entry, rows: shown };
}

const STANDS = {
  "trial-balance": trial,
  "balance-sheet": balanceSheet,
  "income-statement": incomeStatement,
  "income-details": incomeDetails,
  budget,
};

/** Tell whether a form is published of a period of a book: of a plan only where there is one. */
export function isOf(form, book, period) {
  return form !== "budget" || book.budgets.byYear.has(period.slice(0, 4));
}

/** The periods of a book as the entries so far make them. */
export class Periods {
  constructor(book, figures) {
    const { opened, accounts, periods } = book;
    Object.assign(this, { book, accounts, figures, chart: opened.chart, first: periods.first });
    this.nameOf = (code) => accounts.nameOf(code);
    this.head = { book: book.book, name: opened.organisation.name, entries: book.size, root: book.root() };
    this.made = { period: "" };
  }

  /** Return what stands in a form for a period. */
  stands(form, period) {
    if (this.made.period !== period) this.made = this.make(period);
    return STANDS[form](this.made);
  }

  make(period) {
    const { accounts, chart, nameOf } = this;
    const month = this.month(period);
    const yearBefore = () => {
      const before = `${String(Number(period.slice(0, 4)) - 1)}${period.slice(4)}`;
      return before < this.first ? NO_YEAR : yearOf(this.month(before));
    };
    const plan = this.book.budgets.byYear.get(period.slice(0, 4));
    const [{ carried }, head] = [this.figures, { ...this.head, period }];
    const places = this.book.subtotals.places(period);
    return { period, accounts, chart, nameOf, month, plan, places, carried, rows: month.rows, yearBefore, head };
  }

  month(period) {
    const { turnover, transfers, parties } = this.figures;
    const rows = trialBalance(turnover, this.nameOf, period);
    return { period, rows, transfers, parties, opens: period.slice(0, 4) === this.first.slice(0, 4) };
  }
}
