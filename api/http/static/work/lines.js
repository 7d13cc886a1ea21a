/** The lines of a voucher as they are typed: accounts are found, the last line balances itself. */

import { checkAmount, fenOf, isAmount, readable } from "./amounts.js";
import { bilingual, element, mistyped, textOf } from "./ask.js";
import { finder, findingIn, hasDetails, severalFit } from "./find.js";
import { choosingTier, partyOf } from "./private.js";
import { quantityText } from "./statement.js";
import { formatFen } from "../verify/money.js";

const LINES_AT_FIRST = 2;
const WITH_PARTY = /^(112|113|211)/; // 应收款、内部往来、应付款: their ledgers are by counterparty
const WITH_PROJECT = /^(231|241)/; // 一事一议资金、专项应付款: by project

/** Leave out what has its default value: an entry does so too. */
export function stripped(data) {
  const empty = (value) => value === "" || value === 0 || (typeof value === "object" && Object.keys(value).length === 0);
  const filled = ([name, value]) => name === "attachments" || name === "lines" || !empty(value);
  return Object.fromEntries(
    Object.entries(data).filter(filled).map(([name, value]) => [name, name === "attachments" ? stripped(value) : value]),
  );
}

/** Return what stands on an account, in words: its side and amount. */
function standing({ balance_fen: fen = 0 }) {
  const [zh, en] = fen > 0 ? ["借", "debit"] : fen < 0 ? ["贷", "credit"] : ["平", "nil"];
  return bilingual(`余额 ${zh}${fen ? ` ${formatFen(Math.abs(fen))}` : ""}`, en);
}

// the fields of a line, by which it is used, and their names
const USED_BY = {
  account: ["科目", "account"], debit: ["借方", "debit"], credit: ["贷方", "credit"], party: ["往来单位", "counterparty"],
  project: ["项目", "project"], summary: ["摘要", "summary"], quantity: ["数量", "quantity"],
};

/** Return the names of a line's fields in which something stands. */
const usedOf = (line) => Object.keys(USED_BY).filter((name) => line[name].value.trim());

/** Lines in the body of a table. */
export class Lines {
  // {number, row, account, balance, take, summary, quantity, party, tier, subject, project, debit, credit, rest, balances}, of which
  // `balances` tells that its amount makes the voucher balance, and that nobody typed it
  #lines = [];

  /**
   * @param {HTMLElement} table
   * @param {{code: string, name: string, leaf: boolean, unit: string, measured: boolean}[]} accounts
   * @param {(fen: number, unread: number | undefined) => void} changed hears debits less credits, and the first line
   *   that has an amount which cannot be read
   */
  constructor(table, accounts, changed) {
    Object.assign(this, { table, changed });
    this.know(accounts);
  }

  /** Find among these accounts from now on, and show what stands on those that were taken. */
  know(accounts) {
    Object.assign(this, { find: finder(accounts), byCode: new Map(accounts.map((one) => [one.code, one])) });
    for (const line of this.#lines) this.#asFor(line);
  }

  /** Begin anew: with lines that are given, or with some that are empty. */
  fill(given = Array.from({ length: LINES_AT_FIRST }, () => ({}))) {
    this.#lines = [];
    this.table.replaceChildren();
    for (const line of given) this.add(line);
    this.tell();
  }

  /** Return debits less credits, in fen, of what can be read. */
  get difference() {
    const sum = (side) => this.#lines.reduce((total, line) => total + readable(line[side]), 0);
    return sum("debit") - sum("credit");
  }

  tell() {
    const unread = this.#lines.find(({ debit, credit }) => !(isAmount(debit) && isAmount(credit)));
    this.changed(this.difference, unread?.number);
  }

  /** Add a line, and type there. */
  addAndGo() {
    this.add().account.focus();
  }

  add(data = {}) {
    const line = fields(this.#lines.length + 1, data);
    const { account, project, debit, credit } = line;
    line.take = findingIn(account, (typed) => this.find(typed));
    account.addEventListener("input", () => this.#asFor(line));
    account.addEventListener("taken", () => this.#asFor(line));
    account.addEventListener("blur", () => this.#balance(line));
    if (data.account) line.take(this.byCode.get(data.account) ?? { code: data.account, name: "" });
    for (const amount of [debit, credit]) {
      amount.addEventListener("input", () => this.#typed(line, amount));
      amount.addEventListener("change", checkAmount);
    }
    project.addEventListener("keydown", (event) => {
      const last = line === this.#lines.at(-1);
      if (event.key !== "Tab" || event.shiftKey || !last || this.difference === 0) return;
      event.preventDefault();
      this.addAndGo();
    });
    this.#lines.push(line);
    this.table.append(line.row);
    return line;
  }

  /** Show of a line what its account asks for. */
  #asFor({ account, balance, quantity, party, project }) {
    const found = this.byCode.get(account.dataset.code);
    const { measured, unit } = found ?? {};
    balance.replaceChildren(...(found ? standing(found) : []));
    quantity.hidden = !(measured || unit || quantity.value);
    if (unit) quantity.placeholder = `数量（${unit}）`;
    party.placeholder = WITH_PARTY.test(account.dataset.code) ? "与谁往来" : "";
    project.placeholder = WITH_PROJECT.test(account.dataset.code) ? "哪个项目" : "";
  }

  /** Let a line whose account was taken, and that has no amount, make the voucher balance, if another line has one. */
  #balance(line) {
    const { account, debit, credit } = line;
    if (this.difference === 0 || !account.dataset.code || debit.value || credit.value) return;
    for (const one of this.#lines) one.balances = one === line;
    this.#fill(line);
    this.tell();
  }

  /** Give a line the amount that is missing, on the side where it is missing; none when nothing is. */
  #fill({ debit, credit }) {
    debit.value = credit.value = "";
    const fen = this.difference;
    if (fen === 0) return;
    const onCredit = this.#standsOn("debit") === this.#standsOn("credit") ? fen > 0 : this.#standsOn("debit");
    (onCredit ? credit : debit).value = formatFen(onCredit ? fen : -fen);
  }

  /** Hear an amount that a person types: it takes the place of what was filled in, and another line balances anew. */
  #typed(line, amount) {
    if (line.balances) (amount === line.debit ? line.credit : line.debit).value = "";
    line.balances = false;
    const balancing = this.#lines.find((one) => one.balances);
    if (balancing) this.#fill(balancing);
    this.tell();
  }

  /** Tell whether a side has any amount: where one side alone has, the other answers it, red with red. */
  #standsOn(side) {
    return this.#lines.some((line) => readable(line[side]) !== 0);
  }

  /** Propose an amount for the first line, where no line has one. */
  propose(fen) {
    if (this.#lines.some((line) => line.debit.value || line.credit.value)) return;
    this.#lines[0].debit.value = formatFen(fen);
    this.tell();
  }

  /** Return the lines that are used, as a voucher has them; throws what is mistyped, and if they are too few. */
  read(least) {
    const used = this.#lines.filter((line) => usedOf(line).length > 0);
    const read = used.map((line) => this.#line(line));
    if (read.length >= least) return read;
    const empty = this.#lines.find((line) => !used.includes(line)) ?? this.add();
    const [zh, en] = read.length ? [`只有 ${read.length} 行分录`, `there is ${read.length} line`] : ["没有分录", "there are no lines"];
    throw mistyped(empty.account, "voucher.lines", `${zh}；一张凭证至少两行，一借一贷，请补上科目和金额`, `${en}: a voucher has two lines at least, a debit and a credit; add accounts and amounts`);
  }

  /** Return the account of a line: what was chosen, or what alone can be meant; throws where there is none. */
  #accountOf(line) {
    const { number, account } = line;
    const { code } = account.dataset;
    if (code) return code;
    const { above, found, sole } = this.find(account.value);
    if (sole) {
      line.take(sole);
      return sole.code;
    }
    if (above) {
      const [zh, en] = hasDetails(above);
      throw mistyped(account, "account.not_leaf", `第 ${number} 行：${zh}`, `line ${number}, ${above.code}: ${en}`);
    }
    const typed = account.value.trim();
    if (found.length) {
      const [zh, en] = severalFit(typed, found);
      throw mistyped(account, "account.several", `第 ${number} 行：${zh}`, `line ${number}: ${en}`);
    }
    if (typed) throw mistyped(account, "account.unknown", `第 ${number} 行：没有末级科目「${typed}」，请用编码、名称或拼音首字母查找`, `line ${number}: no account ${typed}`);
    const [first] = usedOf(line);
    const [[zh, en], { value }] = [USED_BY[first], line[first]];
    throw mistyped(account, "account.unknown", `第 ${number} 行有${zh}「${value}」，没有科目；请填科目，或者把这一行清空`, `line ${number} has the ${en} ${value} and no account: choose one, or empty the line`);
  }

  #line(line) {
    const { number } = line;
    const code = this.#accountOf(line);
    const text = (name, [zh, en] = USED_BY[name]) => textOf(line[name], [`第 ${number} 行${zh}`, `line ${number}, ${en}`]);
    return stripped({
      ...line.rest,
      account: code,
      debit_fen: fenOf(line.debit, `第 ${number} 行借方`, `line ${number}, debit`),
      credit_fen: fenOf(line.credit, `第 ${number} 行贷方`, `line ${number}, credit`),
      ...partyOf(text("party"), line.tier.value, text("subject", ["户号", "number"]), line.rest.private),
      project: text("project"),
      ...quantityOf(line, this.byCode.get(code)?.unit),
      summary: text("summary"),
    });
  }
}

/** Return the fields of a line, in a row of their own. */
function fields(number, data) {
  const field = (name, label, value = "", className = "") => {
    const input = element("input", { id: `${name}-${number}`, value, className, autocomplete: "off", "aria-label": `第 ${number} 行${label}` });
    return [input, element("td", { "data-label": label, className }, input)];
  };
  const money = (name, label) => {
    const [input, cell] = field(name, label, data[`${name}_fen`] ? formatFen(data[`${name}_fen`]) : "", "money");
    return [Object.assign(input, { inputMode: "decimal" }), cell];
  };
  const held = data.private?.party;
  const [account, accountCell] = field("account", "科目");
  const [summary, summaryCell] = field("summary", "摘要", data.summary);
  const [quantity] = field("quantity", "数量", data.unit ? quantityText(data) : "");
  const [debit, debitCell] = money("debit", "借方");
  const [credit, creditCell] = money("credit", "贷方");
  const [party, partyCell] = field("party", "往来单位", typeof held?.value === "string" ? held.value : data.party);
  const [tier, subject] = choosingTier(party, held);
  const [project, projectCell] = field("project", "项目", data.project);
  Object.assign(quantity, { hidden: !data.unit, placeholder: "数量 单位，如 12.5 公斤" });
  summaryCell.append(quantity);
  partyCell.append(tier, subject);
  party.setAttribute("list", "parties");
  project.setAttribute("list", "projects");
  const balance = element("p", { className: "note balance", id: `balance-${number}` });
  accountCell.append(balance);
  const row = element("tr", {}, accountCell, summaryCell, debitCell, creditCell, partyCell, projectCell);
  return { number, row, account, balance, summary, quantity, party, tier, subject, project, debit, credit, rest: data };
}

/** Return quantity and unit of a line: the unit is that of the account where none is typed. */
function quantityOf({ number, quantity }, unitOfAccount) {
  const text = quantity.hidden ? "" : quantity.value.normalize("NFKC").trim().replace(/^[−－]/, "-");
  if (text === "") return { quantity_milli: 0, unit: "" };
  const read = /^(-?)([0-9]{1,9})(?:\.([0-9]{1,3}))?\s*([^\s0-9.][^\s]{0,19})?$/.exec(text);
  const unit = read?.[4] ?? unitOfAccount;
  if (read && !unit) {
    throw mistyped(quantity, "quantity.typed", `第 ${number} 行数量「${quantity.value}」没有写计量单位；请连单位一起写，如 ${text} 公斤`, `line ${number}: the quantity ${quantity.value} has no unit: write it with one, such as ${text} kg`);
  }
  if (!read) {
    throw mistyped(quantity, "quantity.typed", `第 ${number} 行：「${quantity.value}」不是数量，应如 12.5 公斤`, `line ${number}: ${quantity.value} is no quantity such as 12.5 kg`);
  }
  const milli = Number(read[2]) * 1000 + Number((read[3] ?? "").padEnd(3, "0"));
  return { quantity_milli: read[1] ? -milli : milli, unit };
}
