/** What is signed, in plain words, read off the very bytes that are signed. */

import { bilingual, element, english } from "./ask.js";
import { linksTo } from "./files.js";
import { invoiceText, partiesOf } from "./invoices.js";
import { TIERS, opened } from "./private.js";
import { formatFen } from "../verify/money.js";

const HEADER = "sunledger.entry/v1\n";
const TITLES = {
  "voucher.posted/1": ["记账凭证", "voucher"],
  "voucher.posted/2": ["记账凭证（有不公开的内容）", "voucher with private values"],
  "voucher.reversed/1": ["冲销凭证（红字）", "reversal, in red"],
  "voucher.reversed/2": ["冲销凭证（红字，有不公开的内容）", "reversal, in red, with private values"],
  "period.closed/1": ["结账：此后这个月不能再记账", "closing: nothing more is booked in this month"],
  "account.added/1": ["增设科目", "an account is added"],
  "opening.posted/1": ["期初余额", "opening balances"],
  "policy.set/1": ["审批档次", "who has to sign what"],
  "budget.adopted/1": ["收支计划", "the year's plan"],
};
const NAMES = {
  account: ["科目", "account"], agreed: ["同意", "agreed"], amount_fen: ["金额", "amount"], attachments: ["附件", "attachments"],
  body: ["谁决议", "who resolved"], code: ["科目编码", "code"], count: ["张数", "number"],
  corrects: ["更正的凭证", "sets right"], credit_fen: ["贷方", "credit"],
  date: ["日期", "date"], debit_fen: ["借方", "debit"], entitled: ["应到", "entitled"], from_fen: ["金额从", "amount from"],
  invoices: ["发票", "invoices"], lines: ["分录", "lines"], name: ["名称", "name"], party: ["往来单位", "counterparty"],
  period: ["会计期间", "period"], private: ["不公开", "private"], present: ["实到", "present"], project: ["项目", "project"],
  quantity: ["数量", "quantity"], resolution: ["依据的决议", "resolution"], reverses: ["冲销的凭证", "reverses"],
  roles: ["须签名的岗位", "roles that sign"], roll: ["发放清册", "roll"], source: ["原系统凭证号", "number in the system before"],
  summary: ["摘要", "summary"], tiers: ["档次", "tiers"], to_fen: ["金额到", "amount to"], year: ["年度", "year"],
};
const WORDS = {
  body: {
    delegates: "成员代表大会", households: "村民会议（户代表）", members: "成员大会", representatives: "村民代表会议", villagers: "村民会议",
  },
  roles: {
    accountant: "会计", cashier: "出纳", county: "县", head: "负责人", member: "成员", supervisor: "监督委员会", township: "乡镇",
  },
};
const [ZH, EN] = [0, 1];
const nameOf = (name, language = ZH) => NAMES[name]?.[language] ?? name;

/** What stands there for who is not told what a voucher keeps out of the record. */
const UNTOLD = "有内容不告诉您的岗位，所以不请您签";

/** What stands in a table of its own. */
const TABLES = ["lines", "tiers"];

const FIRST = ["date", "summary", "period", "code", "name"];

/** Return the statement in a draft's text: {type, data, at, book, id, seen}; throws for anything but an entry's text. */
export function statementOf(text) {
  if (!text.startsWith(HEADER)) throw new Error("no entry");
  return JSON.parse(text.slice(HEADER.length));
}

/** Tell whether a draft has what its reader is not told; a red voucher repeats what it cancels, and the rules see to it. */
export function isUntold(text, given) {
  const { type, data } = statementOf(text);
  return type === "voucher.posted/2" && opened(data, given).hidden > 0;
}

/**
 * Return what a draft's text says.
 * @param {string} text what is signed
 * @param {Record<string, string>} accounts names of accounts by code, which are the server's word
 * @param {object[]} given what is behind the digests of the text, as `opened` takes it
 * @param {object[]} told.invoices what its e-invoices say, which is the server's word
 * @param {object[]} told.named the entries whose ids stand in it, as people know them, which is the server's word
 */
export function said(text, accounts, given, { invoices, named }) {
  const { type, data: signed, book } = statementOf(text);
  const { data, hidden } = opened(signed, given);
  const shown = document.createDocumentFragment();
  shown.append(element("h2", {}, ...(TITLES[type] ? bilingual(...TITLES[type]) : [type])));
  const facts = element("dl", { className: "facts" });
  for (const name of new Set([...FIRST.filter((one) => one in data), ...Object.keys(data)])) {
    const entry = named.find((one) => one.id === data[name]);
    if (entry) facts.append(factOf(NAMES[name] ?? [name], element("a", { href: `/books/${book}/entries/${entry.entry}` }, entry.zh), " ", english(entry.en)));
    else if (!TABLES.includes(name)) facts.append(fact(NAMES[name] ?? [name], plain(name, data[name]), plain(name, data[name], EN)));
  }
  if (hidden) facts.append(fact(["密封的内容", "sealed"], type === "voucher.reversed/2" ? "与所冲的凭证相同" : UNTOLD));
  shown.append(facts);
  if (data.attachments?.files) shown.append(linksTo(book, data.attachments.files));
  shown.append(...partiesOf(data.attachments?.invoices ?? [], invoices));
  if (data.tiers) shown.append(tiersOf(data.tiers));
  if (data.lines) shown.append((type === "budget.adopted/1" ? planOf : linesOf)(data.lines, accounts));
  return shown;
}

/** Return a fact; its English, too, where it has words of this page. */
function fact(name, text, inEnglish = text) {
  return factOf(name, ...(inEnglish === text ? [text] : bilingual(text, inEnglish)));
}

function factOf(name, ...shown) {
  return element("div", {}, element("dt", {}, ...(name.length > 1 ? bilingual(...name) : name)), element("dd", { className: "text" }, ...shown));
}

/** Return any value of a statement as a line of text, in Chinese or English; nothing of it is left out. */
function plain(name, value, language = ZH) {
  const all = ["；", "; "][language];
  if (name === "invoices") return value.map(invoiceText).join("；");
  if (name === "private") return Object.entries(value).map(withheld).join("；");
  if (name.endsWith("_fen")) return `${formatFen(value)} 元`;
  if (Array.isArray(value)) return value.map((one) => plain(name, one, language)).join(all);
  if (typeof value === "object") {
    const parts = Object.entries(value).filter(([key]) => key !== "files"); // they stand below, with links
    return parts.map(([key, part]) => `${nameOf(key, language)} ${plain(key, part, language)}`).join(["，", ", "][language]);
  }
  if (value === true) return ["是", "yes"][language];
  return language === ZH ? (WORDS[name]?.[value] ?? String(value)) : String(value);
}

/** Return what is not public of a line: whoever signs sees it, the record has its digest alone. */
function withheld([name, { value, tier }]) {
  return `${nameOf(name)} ${typeof value === "string" ? value : JSON.stringify(value)}（${TIERS[tier]}${tier === "public" ? "" : "，公开的记录里看不到"}）`;
}

/** Return who has to sign what, a tier of amounts to a row. */
function tiersOf(tiers) {
  const table = element("table", { className: "cards" }, element("caption", {}, ...bilingual("审批档次", "tiers")));
  const heads = [["凭证金额", "amount"], NAMES.roles, NAMES.resolution];
  table.append(element("thead", {}, element("tr", {}, ...heads.map((head) => element("th", { scope: "col" }, ...bilingual(...head))))));
  const twoLines = (zh, en) => [zh, element("br"), english(en)];
  const rows = tiers.map(({ from_fen, to_fen, roles, resolution, ...rest }) => {
    const [from, to] = [from_fen, to_fen ?? 0].map(formatFen);
    const range = to_fen === undefined ? [`${from} 元起`, `from ${from} yuan`] : [`${from} 元起，不到 ${to} 元`, `from ${from} to below ${to} yuan`];
    const more = Object.keys(rest).length ? [`；${plain("", rest)}`] : []; // nothing that is signed is left out
    return element(
      "tr",
      {},
      element("th", { scope: "row", "data-label": heads[0][ZH] }, ...twoLines(...range)),
      element("td", { "data-label": heads[1][ZH], className: "text" }, ...twoLines(roles.map((one) => WORDS.roles[one] ?? one).join("、"), roles.join(", "))),
      element("td", { "data-label": heads[2][ZH], className: "text" }, ...twoLines(...(resolution ? ["要写明", "to be named"] : ["不要求", "not asked for"])), ...more),
    );
  });
  table.append(element("tbody", {}, ...rows));
  return table;
}

/** Return the lines of a year's plan. */
function planOf(lines, accounts) {
  const table = element("table", { className: "cards" }, element("caption", {}, ...bilingual("收支计划（元）", "plan, yuan")));
  const heads = [element("th", { scope: "col" }, ...bilingual("科目", "account")), element("th", { scope: "col", className: "money" }, ...bilingual("全年计划", "planned"))];
  table.append(element("thead", {}, element("tr", {}, ...heads)));
  const rows = lines.map(({ account, planned_fen }) =>
    element(
      "tr",
      {},
      element("th", { scope: "row", "data-label": "科目" }, `${account} ${accounts[account] ?? ""}`),
      money("全年计划", planned_fen),
    ),
  );
  table.append(element("tbody", {}, ...rows));
  return table;
}

function linesOf(lines, accounts) {
  const sum = (side) => lines.reduce((total, line) => total + (line[side] ?? 0), 0);
  const table = element("table", { className: "cards" }, element("caption", {}, ...bilingual("会计分录（元）", "lines, yuan")));
  const heads = ["account", "summary", "debit_fen", "credit_fen"].map((head, at) => element("th", { scope: "col", className: at > 1 ? "money" : "" }, ...bilingual(...NAMES[head])));
  table.append(element("thead", {}, element("tr", {}, ...heads)));
  table.append(element("tbody", {}, ...lines.map((line) => row(line, accounts))));
  const foot = element("tr", {}, element("th", { scope: "row", colSpan: 2 }, ...bilingual("合计", "total")));
  foot.append(money("借方", sum("debit_fen"), true), money("贷方", sum("credit_fen"), true));
  table.append(element("tfoot", {}, foot));
  return table;
}

function row(line, accounts) {
  const { account, debit_fen, credit_fen, quantity_milli, unit, ...rest } = line;
  if (unit || quantity_milli) rest.quantity = quantityText(line);
  const words = Object.entries(rest).map(([name, value]) => (name === "summary" ? value : `${nameOf(name)}：${plain(name, value)}`));
  return element(
    "tr",
    {},
    element("th", { scope: "row", "data-label": "科目" }, `${account} ${accounts[account] ?? ""}`),
    element("td", { "data-label": "摘要", className: words.length ? "text" : "none" }, words.join("；")),
    money("借方", debit_fen ?? 0),
    money("贷方", credit_fen ?? 0),
  );
}

/** Return what a line says of a quantity: 12.5 公斤. */
export function quantityText({ quantity_milli = 0, unit = "" }) {
  return `${quantity_milli / 1000} ${unit}`;
}

function money(label, fen, always = false) {
  const shown = fen || always ? formatFen(fen) : "";
  return element("td", { "data-label": label, className: `money${shown ? "" : " none"}${fen < 0 ? " red" : ""}` }, shown);
}
