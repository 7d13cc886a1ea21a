/** Rolls (发放清册) as domain/rolls/ has them: payrolls and dividends as a root over salted rows, with public totals. */

import { encodeBase64 } from "./bytes.js";
import { refusal } from "./errors.js";
import { formatFen } from "./money.js";
import { requireRoles } from "./roles.js";

const SIDES = { credit: "贷方", debit: "借方" };

/** The rolls of a book by id; the roll that each voucher books, by the voucher's id. */
export class Rolls {
  constructor() {
    this.committed = new Map();
    this.byVoucher = new Map();
  }

  /** Remember a roll, and index and leaf hash of the entry that commits to it. */
  commit(id, roll, entry, leafHash) {
    this.committed.set(id, { entry, roll, leafHash });
  }

  /** Return the leaf hashes of the rolls' entries in base64, by their indices. */
  leaves() {
    return Object.fromEntries([...this.committed.values()].map(({ entry, leafHash }) => [entry, encodeBase64(leafHash)]));
  }

  /** Throw `roll.*` unless these lines of a voucher book a roll, every column of it, for the first time. */
  requireBooked(id, lines) {
    const committed = this.committed.get(id);
    if (!committed) throw refusal("roll.unknown", { roll: id });
    for (const [voucher, roll] of this.byVoucher) if (roll === id) throw refusal("roll.booked", { roll: id, voucher });
    for (const { account, name: column, side, total_fen } of committed.roll.columns) {
      const booked = bookedFen(account, side, lines);
      if (booked === total_fen) continue;
      const [total, side_zh] = [formatFen(total_fen), SIDES[side]];
      throw refusal("roll.total", { column, account, side, side_zh, total, booked: formatFen(booked) });
    }
  }
}

/** Return what lines have on one side of an account and the accounts below it, in fen. */
function bookedFen(account, side, lines) {
  return lines.reduce((sum, line) => sum + (line.account.startsWith(account) ? line[`${side}_fen`] : 0), 0);
}

/** A roll names accounts that exist; accountant and head sign. */
export function decideCommit({ accounts }, { data }, signers) {
  for (const { account, name: column } of data.columns) {
    if (!accounts.byCode.has(account)) throw refusal("roll.account", { account, column });
  }
  requireRoles(signers, ["accountant", "head"]);
}
