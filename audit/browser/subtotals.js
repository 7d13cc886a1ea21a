/** Which sub-total of the statement of income first counts an account (收益表小计口径), as domain/subtotals has it. */

import { refusal } from "./errors.js";
import { LAYOUTS, PLACES } from "./generated.js";
import { checkNear } from "./period.js";
import { requireRoles } from "./roles.js";

/** What was laid down last for the statements from each year on. */
export class Subtotals {
  constructor() {
    this.fromYear = new Map();
  }

  /** Throw what forbids it. */
  decideSet({ data, at }, signers, { accounts, periods }) {
    const { year, places } = data;
    const december = `${year}-12`;
    if (december < periods.first || december <= periods.closedThrough) throw refusal("subtotals.year", { year });
    checkNear(`${year}-01`, at);
    const known = Object.keys(PLACES[accounts.chart]);
    let before = "";
    for (const { account } of places) {
      if (account <= before) throw refusal("subtotals.order", { account });
      if (!known.includes(account)) throw refusal("subtotals.account", { account, known: known.join(", ") });
      before = account;
    }
    requireRoles(signers, ["county"]);
  }

  set({ year, places }) {
    this.fromYear.set(year, places);
  }

  /** Return the places of a period's statements that differ from the published form. */
  places(period) {
    const begun = [...this.fromYear.keys()].filter((year) => year <= period.slice(0, 4)).sort();
    return this.fromYear.get(begun.pop()) ?? [];
  }
}

/** Return the rows of the statement of income: before each sum, with its formula, those that it is the first to count. */
export function incomeRows(chart, places) {
  const subtotals = { ...PLACES[chart] };
  for (const { account, subtotal } of places) subtotals[account] = subtotal;
  const rows = LAYOUTS[chart].income;
  const arranged = [];
  for (const total of rows.filter(([, , , , , formula]) => !formula)) {
    const own = rows.filter(([, , , , , formula, of]) => (of || subtotals[accountOf(formula)]) === total[1]);
    own.sort((one, other) => (one[4] !== "item") - (other[4] !== "item"));
    const summed = [...arranged.slice(-1), ...own].filter(([, , , , role]) => role !== "of_which");
    const formula = summed.map(([, key, , , role]) => (role === "less" ? "-" : "+") + key).join("");
    arranged.push(...led(own), [...total.slice(0, 5), formula]);
  }
  return arranged;
}

const accountOf = (formula) => formula.replace("-", "").slice(0, 3);

const LEADS = new Map([
  ["item", ["加：", "Add: "]],
  ["less", ["减：", "Less: "]],
]);

/** Return rows, of which the first that adds and the first that takes away say so; one with a number needs not. */
function led(rows) {
  const left = new Map(LEADS);
  return rows.map((row) => {
    const [side, key, name, english, role, ...more] = row;
    const lead = name[1] === "、" ? undefined : left.get(role);
    if (!lead) return row;
    left.delete(role);
    return [side, key, lead[0] + name, lead[1] + english[0].toLowerCase() + english.slice(1), role, ...more];
  });
}
