/** What is signed, in plain words, read off the very bytes that are signed. */

import { element } from "./ask.js";
import { linksTo } from "./files.js";
import { invoiceText } from "./invoices.js";
import { TIERS, opened } from "./private.js";
import { formatFen } from "../verify/money.js";

const HEADER = "sunledger.entry/v1\n";
const TITLES = {
  "voucher.posted/1": "记账凭证",
  "voucher.posted/2": "记账凭证（有不公开的内容）",
  "voucher.reversed/1": "冲销凭证（红字）",
  "voucher.reversed/2": "冲销凭证（红字，有不公开的内容）",
  "period.closed/1": "结账：此后这个月不能再记账",
  "account.added/1": "增设科目",
  "opening.posted/1": "期初余额",
  "policy.set/1": "审批档次",
  "budget.adopted/1": "收支计划",
};
const NAMES = {
  account: "科目", agreed: "同意", amount_fen: "金额", attachments: "附件", body: "谁决议", code: "科目编码", count: "张数", credit_fen: "贷方", date: "日期",
  debit_fen: "借方", entitled: "应到", from_fen: "金额从", invoices: "发票", lines: "分录", name: "名称", party: "往来单位", period: "会计期间", private: "不公开",
  present: "实到", project: "项目", quantity: "数量", resolution: "依据的决议", reverses: "冲销的凭证", roles: "须签名的岗位", roll: "发放清册", source: "原系统凭证号", summary: "摘要", tiers: "档次", to_fen: "金额到",
  year: "年度",
};
const WORDS = {
  body: {
    delegates: "成员代表大会", households: "村民会议（户代表）", members: "成员大会", representatives: "村民代表会议", villagers: "村民会议",
  },
};

/** What stands there for who is not told what a voucher keeps out of the record. */
const UNTOLD = "有内容不告诉您的岗位，所以不请您签";

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
 */
export function said(text, accounts, given = []) {
  const { type, data: signed, book } = statementOf(text);
  const { data, hidden } = opened(signed, given);
  const shown = document.createDocumentFragment();
  shown.append(element("h2", {}, TITLES[type] ?? type));
  const facts = element("dl", { className: "facts" });
  for (const name of new Set([...FIRST.filter((one) => one in data), ...Object.keys(data)])) {
    if (name !== "lines") facts.append(fact(NAMES[name] ?? name, plain(name, data[name])));
  }
  if (hidden) facts.append(fact("密封的内容", type === "voucher.reversed/2" ? "与所冲的凭证相同" : UNTOLD));
  shown.append(facts);
  if (data.attachments?.files) shown.append(linksTo(book, data.attachments.files));
  if (data.lines) shown.append((type === "budget.adopted/1" ? planOf : linesOf)(data.lines, accounts));
  return shown;
}

function fact(name, text) {
  return element("div", {}, element("dt", {}, name), element("dd", { className: "text" }, text));
}

/** Return any value of a statement as a line of text; nothing of it is left out. */
function plain(name, value) {
  if (name === "invoices") return value.map(invoiceText).join("；");
  if (name === "private") return Object.entries(value).map(withheld).join("；");
  if (name.endsWith("_fen")) return `${formatFen(value)} 元`;
  if (Array.isArray(value)) return value.map((one) => plain(name, one)).join("；");
  if (typeof value === "object") {
    const parts = Object.entries(value).filter(([key]) => key !== "files"); // they stand below, with links
    return parts.map(([key, part]) => `${NAMES[key] ?? key} ${plain(key, part)}`).join("，");
  }
  return value === true ? "是" : (WORDS[name]?.[value] ?? String(value));
}

/** Return what is not public of a line: whoever signs sees it, the record has its digest alone. */
function withheld([name, { value, tier }]) {
  return `${NAMES[name] ?? name} ${typeof value === "string" ? value : JSON.stringify(value)}（${TIERS[tier]}${tier === "public" ? "" : "，公开的记录里看不到"}）`;
}

/** Return the lines of a year's plan. */
function planOf(lines, accounts) {
  const table = element("table", { className: "cards" }, element("caption", {}, "收支计划（元）"));
  const heads = [element("th", { scope: "col" }, "科目"), element("th", { scope: "col", className: "money" }, "全年计划")];
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
  const table = element("table", { className: "cards" }, element("caption", {}, "会计分录（元）"));
  const heads = ["科目", "摘要", "借方", "贷方"].map((head, at) => element("th", { scope: "col", className: at > 1 ? "money" : "" }, head));
  table.append(element("thead", {}, element("tr", {}, ...heads)));
  table.append(element("tbody", {}, ...lines.map((line) => row(line, accounts))));
  const foot = element("tr", {}, element("th", { scope: "row", colSpan: 2 }, "合计"));
  foot.append(money("借方", sum("debit_fen"), true), money("贷方", sum("credit_fen"), true));
  table.append(element("tfoot", {}, foot));
  return table;
}

function row(line, accounts) {
  const { account, debit_fen, credit_fen, quantity_milli, unit, ...rest } = line;
  if (unit || quantity_milli) rest.quantity = quantityText(line);
  const words = Object.entries(rest).map(([name, value]) => (name === "summary" ? value : `${NAMES[name] ?? name}：${plain(name, value)}`));
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
