/** The accounts of a book (会计科目) as domain/accounts/ has them: the official chart and the book's own details. */

import { has } from "./bytes.js";
import { refusal } from "./errors.js";
import { CHARTS } from "./generated.js";
import { requireRoles } from "./roles.js";

/** Return the accounts of a chart version, by code: name, and whether the system itself lists it. */
export function chartOf(version) {
  if (!has(CHARTS, version)) {
    throw refusal("chart.unknown", { chart: version, known: Object.keys(CHARTS).join(", ") });
  }
  return CHARTS[version];
}

function parentCode(code) {
  return code.length > 3 ? code.slice(0, -2) : null;
}

/** The accounts of a book by code, and which of them are leaves. */
export class Accounts {
  constructor() {
    this.chart = "";
    this.byCode = new Map();
    this.units = new Map(); // in which some are measured, by code
  }

  /** Begin with the official level-1 accounts of a chart version. */
  open(version) {
    this.chart = version;
    for (const [code, [name, official]] of Object.entries(chartOf(version))) {
      if (official) this.byCode.set(code, { name, children: 0, used: false });
    }
  }

  /** Add an account under its parent, or an optional one of level 1. */
  add(code, name) {
    const parent = this.byCode.get(parentCode(code) ?? "");
    if (parent) parent.children += 1;
    else if (!has(chartOf(this.chart), code)) throw new Error(`the chart has no account ${code}`);
    this.byCode.set(code, { name, children: 0, used: false });
  }

  /** Return an account's name, "" for one that is not there. */
  nameOf(code) {
    return this.byCode.get(code)?.name ?? "";
  }

  /** Return the codes of an account's details of that name, none that lies below another. */
  detailsOf(above, name) {
    const below = (code, other) => code !== other && code.startsWith(other);
    const codes = [...this.byCode.keys()].filter((code) => below(code, above) && this.nameOf(code) === name).sort();
    return codes.filter((code) => !codes.some((other) => below(code, other)));
  }

  /** Remember the accounts that were posted to, and their units. */
  markUsed(lines) {
    for (const { account, unit } of lines) {
      this.byCode.get(account).used = true;
      if (unit) this.units.set(account, unit);
    }
  }

  /** Throw unless every line goes to a leaf account, in the unit of that. */
  requireLeaves(lines) {
    const units = new Map();
    for (const { account: code, unit } of lines) {
      const account = this.byCode.get(code);
      if (!account) throw refusal("account.unknown", { code });
      if (account.children) throw refusal("account.not_leaf", { code, name: account.name });
      if (!unit) continue;
      const known = this.units.get(code) ?? units.get(code) ?? unit;
      units.set(code, known);
      if (known !== unit) throw refusal("quantity.other_unit", { code, known, unit });
    }
  }

  /** An account is new, stands under an account without postings, and the accountant signs. */
  decideAdd({ code }, signers) {
    const there = this.byCode.get(code);
    if (there) throw refusal("account.exists", { code, name: there.name });
    const above = parentCode(code);
    const exists = above === null ? has(chartOf(this.chart), code) : this.byCode.has(above);
    if (!exists) throw refusal("account.no_parent", { code });
    if (above !== null && this.byCode.get(above).used) {
      throw refusal("account.parent_used", { parent: above, code });
    }
    requireRoles(signers, ["accountant"]);
  }
}
