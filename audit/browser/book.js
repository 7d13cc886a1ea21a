/** The aggregate (账套) as domain/book.py has it: a book's state, replayed from its entries. */

import { Accounts } from "./accounts.js";
import { Approval } from "./approval.js";
import { Figures } from "./balances.js";
import { Budgets } from "./budget.js";
import { encodeBase64 } from "./bytes.js";
import { refusal } from "./errors.js";
import { OPENED } from "./founding.js";
import { LogOrigins } from "./logkeys.js";
import { Tree } from "./merkle.js";
import { Periods } from "./period.js";
import { Privacy } from "./privacy.js";
import { Roles } from "./roles.js";
import { Rolls } from "./rolls.js";
import { Sheets } from "./sheets.js";
import { Subtotals } from "./subtotals.js";
import { TYPES } from "./types.js";
import { Vouchers } from "./vouchers.js";

/** A book's state; `size` is the number of entries it holds. */
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
    this.rolls = new Rolls();
    this.privacy = new Privacy();
    this.budgets = new Budgets();
    this.subtotals = new Subtotals();
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
    TYPES[statement.type].decide(this, statement, signers);
  }

  /** Let an accepted entry have happened. */
  evolve({ statement, signatures, leafHash }) {
    TYPES[statement.type].evolve(this, statement, signatures, leafHash);
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
