/** The year's plan (收支计划) as domain/budget has it: adopted by a resolution, for the accounts that it may name. */

import { Phrase, refusal } from "./errors.js";
import { BODIES, PLANNED } from "./generated.js";
import { checkNear, isDate } from "./period.js";
import { requireRoles } from "./roles.js";

const twoThirds = (number) => number - Math.floor(number / 3);
const moreThanHalf = (number) => Math.floor(number / 2) + 1;

/** By the body that decides: its quorum, how many must agree, and whether of those present. */
const MAJORITIES = {
  members: [twoThirds, twoThirds, false],
  delegates: [twoThirds, twoThirds, false],
  villagers: [moreThanHalf, moreThanHalf, true],
  households: [twoThirds, moreThanHalf, true],
  representatives: [twoThirds, moreThanHalf, true],
};

/** The newest plan of each year. */
export class Budgets {
  constructor() {
    this.byYear = new Map(); // {budget, entry}
  }

  /** Throw what forbids a plan. */
  decideAdopt({ data, at }, signers, { accounts, periods }) {
    const { year, lines, resolution } = data;
    if (`${year}-12` < periods.first || `${year}-12` <= periods.closedThrough) throw refusal("budget.year", { year });
    checkNear(`${year}-01`, at);
    checkLines(lines, accounts);
    checkResolution(resolution, at.slice(0, 10), this.byYear.get(year)?.budget.resolution.date ?? "");
    requireRoles(signers, ["accountant", "head", "supervisor"]);
  }

  /** Let entry `index` put a plan into force. */
  adopt(budget, index) {
    this.byYear.set(budget.year, { budget, entry: index });
  }
}

function checkLines(lines, accounts) {
  let before = "";
  for (const { account: code } of lines) {
    if (code <= before) throw refusal("budget.order", { code });
    if (before && code.startsWith(before)) throw refusal("budget.nested", { code, above: before });
    if (!accounts.byCode.has(code)) throw refusal("account.unknown", { code });
    const known = PLANNED[accounts.chart];
    if (!known.includes(code.slice(0, 3))) throw refusal("budget.account", { code, known: known.join(", ") });
    before = code;
  }
}

function checkResolution({ date, entitled, present, agreed, body }, today, earlier) {
  if (!isDate(date)) throw refusal("date.malformed", { read: date.slice(0, 40) });
  const wrong = (zh, en) => refusal("budget.resolution", { problem: new Phrase(zh, en) });
  if (date > today) {
    throw wrong(`日期 ${date} 晚于签名的日期 ${today}`, `its date ${date} lies after that of signing, ${today}`);
  }
  if (date < earlier) {
    throw wrong(`日期 ${date} 早于现行计划的 ${earlier}`, `${date} lies before that of the plan in force, ${earlier}`);
  }
  if (!(agreed > 0 && agreed <= present && present <= entitled)) {
    throw wrong(
      `同意 ${agreed} 人、实到 ${present} 人、应到 ${entitled} 人：至少要有 1 人同意，且不多于实到，实到不多于应到`,
      `${agreed} agreed, ${present} were present, ${entitled} are entitled: at least one must agree, no more than ` +
        "are present, and these no more than are entitled",
    );
  }
  const [quorumOf, neededOf, ofPresent] = MAJORITIES[body];
  const [quorum, needed] = [quorumOf(entitled), neededOf(ofPresent ? present : entitled)];
  if (present < quorum || agreed < needed) {
    const facts = { body: new Phrase(...BODIES[body]), entitled, present, agreed, quorum, needed };
    throw refusal("budget.not_carried", facts);
  }
}
