/** Vouchers (记账凭证), their reversals (红字冲销) and opening balances (期初余额), as domain/vouchers/ has them. */

import { refusal } from "./errors.js";
import { formatFen } from "./money.js";
import { isDate } from "./period.js";
import { requireRoles } from "./roles.js";

const NO_DIGESTS = [];

/** Throw unless a quantity has a unit, and the sign of its amount. */
function checkQuantity({ quantity_milli, unit, debit_fen, credit_fen }, line) {
  if (!unit !== !quantity_milli) throw refusal("quantity.unit", { line });
  if (quantity_milli && quantity_milli < 0 !== debit_fen + credit_fen < 0) throw refusal("quantity.sign", { line });
}

/** Throw unless each line has one side, quantities are whole, and the sides are equal; return the policy's amount. */
export function checkBalanced(lines) {
  let [debit, credit, amount] = [0, 0, [0, 0]];
  lines.forEach((line, i) => {
    const { debit_fen, credit_fen } = line;
    if ((debit_fen === 0) === (credit_fen === 0)) throw refusal("voucher.one_side", { line: i + 1 });
    checkQuantity(line, i + 1);
    debit += debit_fen;
    credit += credit_fen;
    amount = [amount[0] + Math.abs(debit_fen), amount[1] + Math.abs(credit_fen)];
  });
  if (debit !== credit) {
    const difference = formatFen(Math.abs(debit - credit));
    const facts = { debit: formatFen(debit), credit: formatFen(credit), difference };
    throw refusal("voucher.unbalanced", facts);
  }
  return Math.max(...amount);
}

/** Return a text that two lists of lines share only if they are the same, the amounts of one times `sign`. */
function linesKey(lines, sign) {
  return JSON.stringify(
    lines.map((line) => [
      line.account,
      sign * line.debit_fen,
      sign * line.credit_fen,
      line.party,
      line.project,
      sign * line.quantity_milli,
      line.summary,
      line.unit,
      line._sd ?? NO_DIGESTS,
    ]),
  );
}

/** What later vouchers need to know of earlier ones; `opening` is the entry of the opening balances. */
export class Vouchers {
  constructor() {
    this.posted = new Map();
    this.reversedBy = new Map();
    this.invoices = new Map(); // by number, the voucher that booked it last
    this.opening = null;
    this.any = false;
  }

  /** Remember a voucher, its invoices, and the roles that stand in its signers' names. */
  post(id, data, roles) {
    this.#keep(id, data, roles, false);
    for (const { number } of data.attachments.invoices) this.invoices.set(number, id);
  }

  #keep(id, { lines, date }, roles, reversal) {
    this.posted.set(id, { key: linesKey(lines, 1), date, roles, reversal });
    this.any = true;
  }

  /** Remember a reversal and what it cancels. */
  reverse(id, data, roles) {
    this.#keep(id, data, roles, true);
    this.reversedBy.set(data.reverses, id);
  }
}

/** Throw unless each invoice is dated, and neither on the voucher twice nor booked by another that still stands. */
function checkInvoices(invoices, vouchers) {
  const numbers = new Set();
  for (const { number, date } of invoices) {
    if (!isDate(date)) throw refusal("invoice.date", { number, date });
    if (numbers.has(number)) throw refusal("invoice.twice", { number });
    numbers.add(number);
    const by = vouchers.invoices.get(number);
    if (by !== undefined && !vouchers.reversedBy.has(by)) throw refusal("invoice.booked", { number, by });
  }
}

/** Throw unless what a voucher sets right is an earlier voucher, no reversal, and not of a later date. */
function checkCorrected({ corrects, date }, { posted }) {
  const original = posted.get(corrects);
  if (!original) throw refusal("correction.unknown", { corrects });
  if (original.reversal) throw refusal("correction.of_reversal", { corrects });
  if (date < original.date) throw refusal("correction.before_original", { date, corrects, original: original.date });
}

/** Tell whether lines move income and expense to 本年收益, or that to 收益分配, and do no more: they pay nobody. */
function onlyTransfers(lines) {
  const others = lines.filter(({ account }) => !account.startsWith("321"));
  const are = (top) => others.every(({ account }) => account.startsWith(top));
  return are("322") || (others.length < lines.length && are("5"));
}

/** A voucher balances, goes to leaf accounts in an open period, books no invoice again, and the tier's roles sign it. */
export function decidePost(book, { data, at }, signers) {
  book.periods.requireOpen(data.date, at);
  const amount = checkBalanced(data.lines);
  book.accounts.requireLeaves(data.lines);
  checkInvoices(data.attachments.invoices, book.vouchers);
  if (data.corrects) checkCorrected(data, book.vouchers);
  const tier = book.policy.tier(onlyTransfers(data.lines) ? 0 : amount);
  requireRoles(signers, tier.roles);
  if (tier.resolution && !data.resolution) throw refusal("policy.no_resolution", { amount: formatFen(amount) });
}

/** A reversal mirrors a voucher once, in an open period, signed by at least that voucher's roles. */
export function decideReverse(book, { data, at }, signers) {
  const { reverses } = data;
  const original = book.vouchers.posted.get(reverses);
  if (!original) throw refusal("reversal.unknown", { reverses });
  if (original.reversal) throw refusal("reversal.of_reversal", { reverses });
  const by = book.vouchers.reversedBy.get(reverses);
  if (by !== undefined) throw refusal("reversal.twice", { reverses, by });
  book.periods.requireOpen(data.date, at);
  if (data.date < original.date) {
    throw refusal("reversal.before_original", { date: data.date, reverses, original: original.date });
  }
  checkBalanced(data.lines);
  book.accounts.requireLeaves(data.lines);
  if (linesKey(data.lines, -1) !== original.key) throw refusal("reversal.not_mirror", { reverses });
  requireRoles(signers, [...original.roles].sort());
}

/**
 * Opening balances come once, before any voucher or closing, and balance. Each leaf account stands there once for each
 * counterparty, project and unit.
 */
export function decideOpening({ vouchers, periods, accounts }, { data }, signers) {
  if (vouchers.opening !== null) throw refusal("opening.twice", { entry: vouchers.opening });
  if (vouchers.any || periods.closedThrough) throw refusal("opening.too_late");
  checkBalanced(data.lines);
  accounts.requireLeaves(data.lines);
  const seen = new Set();
  data.lines.forEach(({ account, party, project, unit }, i) => {
    const place = JSON.stringify([account, party, project, unit]);
    if (seen.has(place)) throw refusal("opening.account_twice", { code: account, line: i + 1 });
    seen.add(place);
  });
  requireRoles(signers, ["accountant", "head"]);
}

/** Beyond what every voucher keeps: its digests are new in the book, and it books the whole of the roll it names. */
export function decideSalted(book, statement, signers) {
  decidePost(book, statement, signers);
  const { _sd, lines, roll } = statement.data;
  book.privacy.requireNew(_sd, ...lines.map((line) => line._sd));
  if (roll) book.rolls.requireBooked(roll, lines);
}

/** Beyond what every reversal keeps: the digests that are its own, not its lines', are new in the book. */
export function decideSaltedReversal(book, statement, signers) {
  decideReverse(book, statement, signers);
  book.privacy.requireNew(statement.data._sd);
}
