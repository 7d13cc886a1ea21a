/** The aggregate (账套) as domain/book.py has it: a book's state, replayed from its entries. */

import { Accounts, chartOf } from "./accounts.js";
import { Approval, decideSet } from "./approval.js";
import { Figures } from "./balances.js";
import { encodeBase64 } from "./bytes.js";
import { refusal } from "./errors.js";
import { LOG_KEY_TYPES, LogOrigins, checkLog } from "./logkeys.js";
import { Tree } from "./merkle.js";
import { checkOrganisation } from "./organisation.js";
import { Periods, checkNear, parsePeriod } from "./period.js";
import { Roles, checkGrant, decideGrant, decideRevoke, decideRotate, requireRoles, roleOf } from "./roles.js";
import { Sheets } from "./sheets.js";
import { Vouchers, decideOpening, decidePost, decideReverse } from "./vouchers.js";

const OPENED = "book.opened/1";

export class Book {
  constructor() {
    this.book = "";
    this.opened = null;
    this.log = new LogOrigins();
    this.roles = new Roles();
    this.policy = new Approval();
    this.accounts = new Accounts();
    this.vouchers = new Vouchers();
    this.periods = new Periods();
    this.sheets = new Sheets();
    this.figures = new Figures();
    this.ids = new Map();
    this.tree = new Tree();
    this.seen = null;
  }

  get size() {
    return this.tree.size;
  }

  /** Return the base64 RFC 6962 root of the first `size` entries. */
  root(size = this.size) {
    return encodeBase64(this.tree.root(size));
  }

  /** Return the keys that the signatures name; the first entry's keys stand in itself. */
  signers({ statement, signatures }) {
    if (this.size || statement.type !== OPENED) return this.roles.signers(signatures, this.size);
    const roles = new Roles();
    for (const grant of statement.data.keys) roles.grant(grant, 0);
    return roles.signers(signatures, 0);
  }

  /** Throw what forbids that the entry follows the entries so far. */
  decide({ statement }, signers) {
    if (statement.book !== this.book) {
      throw refusal("entry.wrong_book", { read: statement.book, book: this.book });
    }
    if ((this.size === 0) !== (statement.type === OPENED)) {
      throw refusal(this.size ? "book.opened_twice" : "book.not_opened", { book: this.book });
    }
    const used = this.ids.get(statement.id);
    if (used !== undefined) throw refusal("entry.id_used", { id: statement.id, index: used });
    this.checkSeen(statement.seen);
    DECIDE[statement.type](this, statement, signers);
  }

  /** Let an accepted entry have happened. */
  evolve({ statement, signatures, leafHash }) {
    EVOLVE[statement.type](this, statement, signatures);
    this.ids.set(statement.id, this.size);
    this.tree.append(leafHash);
  }

  checkSeen({ n, r }) {
    if (this.size === 0) {
      if (n !== 0 || r !== "") throw refusal("entry.seen", { n });
      return;
    }
    if (this.seen && this.seen.n === n && this.seen.r === r) return;
    if (!(n > 0 && n <= this.size) || this.root(n) !== r) throw refusal("entry.seen", { n });
    this.seen = { n, r };
  }
}

/** A book is opened by the township for an organisation with a valid code, a known chart and sound keys. */
function decideOpen({ book, at, data }, signers) {
  const { organisation, log } = data;
  checkOrganisation(organisation.id);
  if (organisation.id !== book) {
    throw refusal("book.wrong_organisation", { book, organisation: organisation.id });
  }
  chartOf(data.chart);
  checkNear(parsePeriod(data.first_period), at);
  checkLog(log, book);
  const registry = new Roles();
  for (const grant of data.keys) {
    checkGrant(registry, grant, book);
    registry.grant(grant, 0);
  }
  requireRoles(signers, ["township"]);
}

function open(book, { data }) {
  book.opened = data;
  book.accounts.open(data.chart);
  book.periods.first = data.first_period;
  for (const grant of data.keys) book.roles.grant(grant, 0);
  if (!book.size) book.log.begin(data.log.origin, data.log.vkey, 0); // last: what cannot be taken in founds no log
}

function rotate(book, { data }) {
  book.roles.end(data.old, book.size);
  book.roles.grant(data.new, book.size);
}

function opening(book, { data }) {
  book.vouchers.opening = book.size;
  book.accounts.markUsed(data.lines);
}

function rolesIn(signatures) {
  return new Set(signatures.map((signature) => roleOf(signature.name)));
}

function post(book, { id, data }, signatures) {
  book.vouchers.post(id, data.lines, rolesIn(signatures));
  book.accounts.markUsed(data.lines);
}

const DECIDE = {
  [OPENED]: (_, statement, signers) => decideOpen(statement, signers),
  "key.granted/1": (book, statement, signers) => decideGrant(book.roles, statement, signers),
  "key.rotated/1": (book, statement, signers) => decideRotate(book.roles, statement, signers),
  "key.revoked/1": (book, statement, signers) => decideRevoke(book.roles, statement, signers),
  "policy.set/1": (_, statement, signers) => decideSet(statement, signers),
  "account.added/1": (book, { data }, signers) => book.accounts.decideAdd(data, signers),
  "opening.posted/1": decideOpening,
  "voucher.posted/1": decidePost,
  "voucher.reversed/1": decideReverse,
  "period.closed/1": (book, { data }, signers) => {
    book.periods.decideClose(data.period);
    requireRoles(signers, ["accountant", "head"]);
  },
  "sheet.published/1": (book, { data }, signers) => book.sheets.decidePublish(data, signers, book),
};

const EVOLVE = {
  [OPENED]: open,
  "key.granted/1": (book, { data }) => book.roles.grant(data, book.size),
  "key.rotated/1": rotate,
  "key.revoked/1": (book, { data }) => book.roles.end(data.key, book.size - 1),
  "policy.set/1": (book, { data }) => {
    book.policy.tiers = data.tiers;
  },
  "account.added/1": (book, { data }) => book.accounts.add(data.code, data.name),
  "opening.posted/1": opening,
  "voucher.posted/1": post,
  "voucher.reversed/1": (book, { id, data }, signatures) => book.vouchers.reverse(id, data, rolesIn(signatures)),
  "period.closed/1": (book, { data }) => {
    book.periods.closedThrough = data.period;
  },
  "sheet.published/1": (book, { data }) => book.sheets.publish(data, book.size),
};

for (const [type, { decide, evolve }] of Object.entries(LOG_KEY_TYPES)) {
  DECIDE[type] = decide;
  EVOLVE[type] = evolve;
}
