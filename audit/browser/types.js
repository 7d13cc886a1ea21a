/**
 * Every entry type (记录类型): what its `data` may hold, when it may follow, what it changes, as domain/entry.py and
 * domain/book.py list them. A new type is one more entry of the table.
 */

import { decideSet } from "./approval.js";
import { OPENED, decideOpen } from "./founding.js";
import { LOG_KEY_TYPES } from "./logkeys.js";
import { decideErase } from "./privacy.js";
import { decideGrant, decideRevoke, decideRotate, requireRoles, rolesIn } from "./roles.js";
import { decideCommit } from "./rolls.js";
import {
  account,
  balances,
  budget,
  closing,
  erasure,
  grant,
  opened,
  reversal,
  revocation,
  roll,
  rotation,
  saltedReversal,
  saltedVoucher,
  sheet,
  subtotals,
  tiers,
  voucher,
} from "./statements.js";
import { decideOpening, decidePost, decideReverse, decideSalted, decideSaltedReversal } from "./vouchers.js";

function open(book, { data }) {
  book.opened = data;
  book.accounts.open(data.chart);
  book.periods.first = data.first_period;
  for (const granted of data.keys) book.roles.grant(granted, 0);
  if (!book.size) book.log.begin(data.log.origin, data.log.vkey, 0); // last: what cannot be taken in founds no log
}

function rotate(book, { data }) {
  book.roles.end(data.old, book.size);
  book.roles.grant(data.new, book.size);
}

function setOpening(book, { data }) {
  book.vouchers.opening = book.size;
  book.accounts.markUsed(data.lines);
}

function post(book, { id, data }, signatures) {
  book.vouchers.post(id, data, rolesIn(signatures));
  book.accounts.markUsed(data.lines);
}

function reverse(book, { id, data }, signatures) {
  book.vouchers.reverse(id, data, rolesIn(signatures));
  book.rolls.byVoucher.delete(data.reverses);
}

function postSalted(book, statement, signatures) {
  post(book, statement, signatures);
  const { id, data } = statement;
  book.privacy.hide(book.size, data._sd, ...data.lines.map((line) => line._sd));
  if (data.roll) book.rolls.byVoucher.set(id, data.roll);
}

function reverseSalted(book, statement, signatures) {
  reverse(book, statement, signatures);
  book.privacy.hide(book.size, statement.data._sd);
}

/**
 * By the type's name: the shape of its `data`; `decide(book, statement, signers)`, which throws what forbids it;
 * `evolve(book, statement, signatures)`, which lets it have happened; and whether its lines move balances.
 */
export const TYPES = {
  [OPENED]: {
    data: opened,
    decide: (_, statement, signers) => decideOpen(statement, signers),
    evolve: open,
  },
  "key.granted/1": {
    data: grant,
    decide: ({ roles }, statement, signers) => decideGrant(roles, statement, signers),
    evolve: (book, { data }) => book.roles.grant(data, book.size),
  },
  "key.rotated/1": {
    data: rotation,
    decide: ({ roles }, statement, signers) => decideRotate(roles, statement, signers),
    evolve: rotate,
  },
  "key.revoked/1": {
    data: revocation,
    decide: ({ roles }, statement, signers) => decideRevoke(roles, statement, signers),
    evolve: (book, { data }) => book.roles.end(data.key, book.size - 1),
  },
  "policy.set/1": {
    data: tiers,
    decide: (_, statement, signers) => decideSet(statement, signers),
    evolve: (book, { data }) => {
      book.policy.tiers = data.tiers;
    },
  },
  "account.added/1": {
    data: account,
    decide: ({ accounts }, { data }, signers) => accounts.decideAdd(data, signers),
    evolve: ({ accounts }, { data }) => accounts.add(data.code, data.name),
  },
  "opening.posted/1": { data: balances, decide: decideOpening, evolve: setOpening, moves: true },
  "voucher.posted/1": { data: voucher, decide: decidePost, evolve: post, moves: true },
  "voucher.reversed/1": { data: reversal, decide: decideReverse, evolve: reverse, moves: true },
  "voucher.posted/2": { data: saltedVoucher, decide: decideSalted, evolve: postSalted, moves: true },
  "voucher.reversed/2": { data: saltedReversal, decide: decideSaltedReversal, evolve: reverseSalted, moves: true },
  "roll.committed/1": {
    data: roll,
    decide: decideCommit,
    evolve: (book, { id, data }, _, leafHash) => book.rolls.commit(id, data, book.size, leafHash),
  },
  "subject.erased/1": {
    data: erasure,
    decide: decideErase,
    evolve: (book, { data }) => book.privacy.erase(book.size, data),
  },
  "period.closed/1": {
    data: closing,
    decide: ({ periods }, { data, at }, signers) => {
      periods.decideClose(data.period, at);
      requireRoles(signers, ["accountant", "head"]);
    },
    evolve: ({ periods }, { data }) => {
      periods.closedThrough = data.period;
    },
  },
  "sheet.published/1": {
    data: sheet,
    decide: (book, { data }, signers) => book.sheets.decidePublish(data, signers, book),
    evolve: (book, { data }) => book.sheets.publish(data, book.size),
  },
  "budget.adopted/1": {
    data: budget,
    decide: (book, statement, signers) => book.budgets.decideAdopt(statement, signers, book),
    evolve: ({ budgets, size }, { data }) => budgets.adopt(data, size),
  },
  "subtotals.set/1": {
    data: subtotals,
    decide: (book, statement, signers) => book.subtotals.decideSet(statement, signers, book),
    evolve: (book, { data }) => book.subtotals.set(data),
  },
  ...LOG_KEY_TYPES,
};
