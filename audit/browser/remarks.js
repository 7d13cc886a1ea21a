/** What an audit remarks, as in audit/remarks.py: no finding, and yet a reader should know it. */

import { trialBalance } from "./balances.js";
import { Phrase, refusal } from "./errors.js";
import { Periods } from "./forms.js";
import { formatFen } from "./money.js";
import { inWords } from "./roles.js";
import { UNDISTRIBUTED } from "./spending.js";

/** Remark on offices that one person may not hold together and that are held under one name. */
export function remarkNamesakes(roles, report) {
  for (const [person, held] of roles.namesakes()) {
    report.warn(refusal("audit.namesakes", { person, roles_zh: inWords(held), roles: held.join(", ") }));
  }
}

/** Remark on each year that is closed with something left to transfer (结转): all ends on 未分配收益, or on 322 itself. */
export function remarkUntransferred({ periods, accounts }, turnover, report) {
  const nameOf = (code) => accounts.nameOf(code);
  for (let year = Number(periods.first.slice(0, 4)); `${year}-12` <= periods.closedThrough; year += 1) {
    const left = trialBalance(turnover, nameOf, `${year}-12`).filter(isUntransferred);
    if (!left.length) continue;
    const [{ account, name, ...row }] = left;
    const balance = formatFen(Math.abs(closingOf(row)));
    report.warn(refusal("audit.untransferred", { year: String(year), account, name, balance, count: left.length }));
  }
}

const closingOf = (row) => row.closing_debit_fen - row.closing_credit_fen;

function isUntransferred({ account, name, ...row }) {
  const ends = account === "322" || (name === "未分配收益" && account.startsWith("322"));
  return closingOf(row) !== 0 && !ends && (account.startsWith("5") || UNDISTRIBUTED.includes(account.slice(0, 3)));
}

/** Remark on closed periods in which more of income or expense was transferred than stood there. */
export function remarkExcess({ periods, accounts }, { turnover, transfers }, report) {
  const found = [...transfers].sort().flatMap(([period, moved]) => {
    if (period > periods.closedThrough) return [];
    const rows = trialBalance(turnover, (code) => accounts.nameOf(code), period);
    return rows.map(({ account, name, ...row }) => ({ period, account, name, fen: closingOf(row) })).filter(isPast(moved));
  });
  if (!found.length) return;
  const [{ period, account, name, fen }] = found;
  const side = fen > 0 ? new Phrase("借方", "debit") : new Phrase("贷方", "credit");
  const balance = formatFen(Math.abs(fen));
  report.warn(refusal("audit.transferred_twice", { period, account, name, side, balance, count: found.length }));
}

/** Return what tells whether transfers took a balance past nil: it stands then on their side, the wrong one. */
function isPast(moved) {
  return ({ account, fen }) => {
    const [debit, credit] = moved.get(account) ?? [0, 0];
    return account.startsWith("5") && fen * (debit - credit) > 0 && fen > 0 === account.startsWith("50");
  };
}

/** Remark on vouchers that mix a transfer or distribution with other business, unless they were reversed. */
export function remarkMixed({ mixed }, report) {
  const [first] = mixed.values();
  if (!first) return;
  const { entry, date, accounts } = first;
  report.warn(refusal("audit.mixed", { entry, date, accounts: accounts.join(", "), count: mixed.size }));
}

/** Remark on each closed year in which more was distributed than could be. */
export function remarkDistribution(book, figures, report) {
  const { periods } = book;
  if (!periods.closedThrough) return;
  const computed = new Periods(book, figures);
  for (let year = Number(periods.first.slice(0, 4)); `${year}-12` <= periods.closedThrough; year += 1) {
    const { lines } = computed.stands("income-statement", `${year}-12`);
    const of = Object.fromEntries(lines.map(({ key, amount_fen }) => [key, amount_fen]));
    const given = of.to_members + of.otherwise_distributed;
    if (given <= 0 || of.undistributed >= 0) continue;
    const available = formatFen(Math.max(of.distributable - of.appropriated, 0));
    report.warn(refusal("audit.over_distributed", { year: String(year), given: formatFen(given), available }));
  }
}
