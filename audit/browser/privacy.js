/** Privacy (个人信息) as domain/privacy/ has it: digests of what stands outside the log, and what of it was erased. */

import { refusal } from "./errors.js";
import { requireRoles } from "./roles.js";

const ERASERS = ["township", "head", "supervisor"];

/** A row of a roll in one word: the roll's id and the row's number. */
function place({ roll, row }) {
  return `${roll}[${row}]`;
}

/** The digests of a book with the entry where each stands; what was erased, with the entry that says so. */
export class Privacy {
  constructor() {
    this.digests = new Map();
    this.erased = new Map();
    this.erasedRows = new Map();
  }

  /** Remember the digests that an entry brings. */
  hide(entry, ...lists) {
    for (const digests of lists) for (const digest of digests) this.digests.set(digest, entry);
  }

  /** Remember what an entry erases. */
  erase(entry, { digests, rows }) {
    for (const digest of digests) this.erased.set(digest, entry);
    for (const row of rows) this.erasedRows.set(place(row), entry);
  }

  /** Throw `digest.order` or `digest.reused` unless these lists are sorted and all their digests new. */
  requireNew(...lists) {
    const seen = new Set();
    for (const digests of lists) {
      if (digests.some((digest, i) => i > 0 && digest <= digests[i - 1])) throw refusal("digest.order");
      for (const digest of digests) {
        if (this.digests.has(digest) || seen.has(digest)) throw refusal("digest.reused", { digest });
        seen.add(digest);
      }
    }
  }
}

/** What is erased stands in the book and was not erased before; township, head and supervisor sign. */
export function decideErase({ privacy, rolls, roles }, { data }, signers) {
  const { digests, rows } = data;
  if (!digests.length && !rows.length) throw refusal("erasure.nothing");
  const holders = new Set([...roles.keys.values()].map((key) => key.holder));
  const seen = new Set();
  const once = (what, before) => {
    if (before !== undefined || seen.has(what)) throw refusal("erasure.twice", { what, entry: before ?? "-" });
    seen.add(what);
  };
  for (const digest of digests) {
    if (!privacy.digests.has(digest) && !holders.has(digest)) throw refusal("erasure.unknown", { what: digest });
    once(digest, privacy.erased.get(digest));
  }
  for (const row of rows) {
    const what = place(row);
    if (!(row.row < rolls.committed.get(row.roll)?.roll.count)) throw refusal("erasure.unknown", { what });
    once(what, privacy.erasedRows.get(what));
  }
  requireRoles(signers, ERASERS);
}
