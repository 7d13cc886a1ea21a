/** Published sheets (公开表) as domain/sheets has them: a closed month's figures, signed as the board shows them. */

import { trialBalance } from "./balances.js";
import { encodeBase64, encodeUtf8 } from "./bytes.js";
import { refusal } from "./errors.js";
import { Tree, leafHash } from "./merkle.js";
import { parsePeriod } from "./period.js";
import { requireRoles } from "./roles.js";

/** Return the base64 root over the rows, each as canonical JSON. */
function rowsRoot(rows) {
  const tree = new Tree();
  for (const row of rows) tree.append(leafHash(encodeUtf8(JSON.stringify(row, Object.keys(row).sort()))));
  return encodeBase64(tree.root());
}

/** The sheets that were published. */
export class Sheets {
  constructor() {
    this.published = new Map(); // by sheet and period: the entry
  }

  /** Throw what forbids a sheet: it is published once, when its month is closed, as the entries give it. */
  decidePublish(sheet, signers, { periods, figures, accounts }) {
    const period = parsePeriod(sheet.period);
    if (period < periods.first || period > periods.closedThrough) throw refusal("sheet.not_closed", { period });
    const entry = this.published.get(`${sheet.sheet} ${period}`);
    if (entry !== undefined) throw refusal("sheet.published_twice", { period, entry });
    requireRoles(signers, ["accountant", "head", "supervisor"]);
    const rows = trialBalance(figures.turnover, (code) => accounts.nameOf(code), period);
    const root = rowsRoot(rows);
    if (rows.length !== sheet.rows || root !== sheet.root) {
      throw refusal("sheet.figures", { period, rows: rows.length, root });
    }
  }

  /** Remember that entry `index` published a sheet. */
  publish(sheet, index) {
    this.published.set(`${sheet.sheet} ${sheet.period}`, index);
  }
}
