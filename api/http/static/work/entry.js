/** The page where a voucher is typed: keyboard alone is enough, the difference is always in view. */

import { acting, ask, element, problem } from "./ask.js";
import { attaching } from "./files.js";
import { finder, findingIn } from "./find.js";
import { checkHistory } from "./history.js";
import { listing } from "./invoices.js";
import { Told, heldKey, signedNote } from "./keys.js";
import { choosingTier, isPrivate, isUnshown, opened, partyOf } from "./private.js";
import { quantityText, statementOf } from "./statement.js";
import { choosing, keeping } from "./templates.js";
import { formatFen } from "../verify/money.js";

const place = (id) => document.getElementById(id);
const { book, draft, key, copy, template, summary: correcting, blank } = place("work").dataset;
const LINES_AT_FIRST = 2;
const WITH_PARTY = /^(112|113|211)/; // 应收款、内部往来、应付款: their ledgers are by counterparty
const WITH_PROJECT = /^(231|241)/; // 一事一议资金、专项应付款: by project
const typeOf = (data) => (isPrivate(data) ? "voucher.posted/2" : "voucher.posted/1");
let revision = 0;

const [{ accounts }, { templates }, begun] = await Promise.all([
  ask("GET", `/books/${book}/accounts.json`), draft ? {} : ask("GET", `/books/${book}/templates`), given(),
]).catch((told) => {
  place("told").append(problem(told));
  throw told; // the form stays shut
});
const byCode = new Map(accounts.map((one) => [one.code, one]));
const find = finder(accounts);
const lines = []; // {row, account, take, summary, party, tier, subject, project, debit, credit}
const invoices = listing(book, place("invoices"));
const counting = ({ length }) => {
  if (length > Number(place("attachments").value)) place("attachments").value = length;
};
const attached = attaching(book, place("files"), place("attached"), counting, invoices);
let kept = {}; // what the form does not show of a voucher that is changed

/** Return fen of what was typed, 0 for nothing; throws what a person can understand. */
function fenOf(input, where) {
  const typed = input.value.normalize("NFKC").replaceAll(/[,，\s]/g, "").replace(/^[−－]/, "-");
  if (typed === "") return 0;
  const read = /^(-?)([0-9]{1,12})(?:\.([0-9]{1,2}))?$/.exec(typed);
  if (!read) {
    input.focus();
    throw new Told("money.malformed", `${where}：「${input.value}」不是金额，应如 1,234.50`, `${where}: ${input.value} is no amount such as 1,234.50`);
  }
  const fen = Number(read[2]) * 100 + Number((read[3] ?? "").padEnd(2, "0"));
  return read[1] ? -fen : fen;
}

/** Return debits less credits of what can be read. */
function difference() {
  const sum = (side) => lines.reduce((total, line) => total + readable(line[side]), 0);
  return sum("debit") - sum("credit");
}

function readable(input) {
  try {
    return fenOf(input, "");
  } catch {
    return 0;
  }
}

function tell() {
  const fen = difference();
  place("difference").textContent = fen === 0 ? "借贷平衡" : `${fen > 0 ? "贷方还差" : "借方还差"} ${formatFen(Math.abs(fen))} 元`;
  place("difference").className = fen === 0 ? "balanced" : "red";
}

function addLine(data = {}) {
  const number = lines.length + 1;
  const field = (name, label, value = "", className = "") => {
    const input = element("input", { id: `${name}-${number}`, value, className, autocomplete: "off", "aria-label": `第 ${number} 行${label}` });
    return [input, element("td", { "data-label": label, className }, input)];
  };
  const [account, accountCell] = field("account", "科目");
  const [summary, summaryCell] = field("summary", "摘要", data.summary);
  const [quantity] = field("quantity", "数量", data.unit ? quantityText(data) : "");
  Object.assign(quantity, { hidden: !data.unit, placeholder: "数量 单位，如 12.5 公斤" });
  summaryCell.append(quantity);
  const held = data.private?.party;
  const [party, partyCell] = field("party", "往来单位", typeof held?.value === "string" ? held.value : data.party);
  const [tier, subject] = choosingTier(party, held);
  partyCell.append(tier, subject);
  const [project, projectCell] = field("project", "项目", data.project);
  party.setAttribute("list", "parties");
  project.setAttribute("list", "projects");
  const [debit, debitCell] = field("debit", "借方", data.debit_fen ? formatFen(data.debit_fen) : "", "money");
  const [credit, creditCell] = field("credit", "贷方", data.credit_fen ? formatFen(data.credit_fen) : "", "money");
  const row = element("tr", {}, accountCell, summaryCell, debitCell, creditCell, partyCell, projectCell);
  const line = { row, account, summary, quantity, party, tier, subject, project, debit, credit, take: findingIn(account, find), rest: data };
  account.addEventListener("taken", () => {
    const { measured, unit } = byCode.get(account.dataset.code) ?? {};
    quantity.hidden = !(measured || unit || quantity.value);
    if (unit) quantity.placeholder = `数量（${unit}）`;
    party.placeholder = WITH_PARTY.test(account.dataset.code) ? "与谁往来" : "";
    project.placeholder = WITH_PROJECT.test(account.dataset.code) ? "哪个项目" : "";
  });
  if (data.account) line.take(byCode.get(data.account) ?? { code: data.account, name: "" });
  for (const amount of [debit, credit]) {
    amount.inputMode = "decimal";
    amount.addEventListener("input", tell);
  }
  account.addEventListener("blur", () => balance(line));
  project.addEventListener("keydown", (event) => {
    const last = line === lines.at(-1);
    if (event.key !== "Tab" || event.shiftKey || !last || difference() === 0) return;
    event.preventDefault();
    addLine().account.focus();
  });
  lines.push(line);
  place("lines").append(row);
  return line;
}

/** Let a line whose account was taken, and that has no amount, make the voucher balance, if another line has one. */
function balance(line) {
  const fen = difference();
  if (fen === 0 || !line.account.dataset.code || line.debit.value || line.credit.value) return;
  (fen > 0 ? line.credit : line.debit).value = formatFen(Math.abs(fen));
  tell();
}

/** Return the voucher as it was typed; a field that is empty is left out, as its entry has it. */
function typed() {
  const used = lines.filter((line) => ["account", "debit", "credit"].some((name) => line[name].value.trim()));
  return stripped({
    ...kept,
    attachments: { count: countOf(place("attachments")), files: attached.files, invoices: invoices.invoices },
    date: place("date").value,
    lines: used.map((line) => lineOf(line, lines.indexOf(line) + 1)),
    resolution: place("resolution").value.trim(),
    summary: place("summary").value.trim(),
  });
}

function countOf(input) {
  if (!/^[0-9]{0,4}$/.test(input.value.trim())) {
    input.focus();
    throw new Told("voucher.attachments", `附件张数「${input.value}」应为整数`, `${input.value} is no number of attachments`);
  }
  return Number(input.value);
}

function lineOf(line, number) {
  const account = line.account.dataset.code;
  if (!account) {
    line.account.focus();
    throw new Told("account.unknown", `第 ${number} 行：没有末级科目「${line.account.value}」，请用编码、名称或拼音首字母查找`, `line ${number}: no account ${line.account.value}`);
  }
  return stripped({
    ...line.rest,
    account,
    debit_fen: fenOf(line.debit, `第 ${number} 行借方`),
    credit_fen: fenOf(line.credit, `第 ${number} 行贷方`),
    ...partyOf(line.party, line.tier, line.subject, line.rest.private),
    project: line.project.value.trim(),
    ...quantityOf(line, account, number),
    summary: line.summary.value.trim(),
  });
}

/** Return quantity and unit of a line: the unit is that of the account where none is typed. */
function quantityOf({ quantity }, account, number) {
  const text = quantity.hidden ? "" : quantity.value.normalize("NFKC").trim().replace(/^[−－]/, "-");
  if (text === "") return { quantity_milli: 0, unit: "" };
  const read = /^(-?)([0-9]{1,9})(?:\.([0-9]{1,3}))?\s*([^\s0-9.][^\s]{0,19})?$/.exec(text);
  const unit = read?.[4] ?? byCode.get(account)?.unit;
  if (!read || !unit) {
    quantity.focus();
    throw new Told("quantity.typed", `第 ${number} 行：「${quantity.value}」不是数量，应如 12.5 公斤`, `line ${number}: ${quantity.value} is no quantity such as 12.5 kg`);
  }
  const milli = Number(read[2]) * 1000 + Number((read[3] ?? "").padEnd(3, "0"));
  return { quantity_milli: read[1] ? -milli : milli, unit };
}

/** Leave out what has its default value: an entry does so too. */
function stripped(data) {
  const empty = (value) => value === "" || value === 0 || (typeof value === "object" && Object.keys(value).length === 0);
  const filled = ([name, value]) => name === "attachments" || name === "lines" || !empty(value);
  return Object.fromEntries(
    Object.entries(data).filter(filled).map(([name, value]) => [name, name === "attachments" ? stripped(value) : value]),
  );
}

async function save() {
  const made = draft ? { revision } : { template: place("template").value };
  const data = typed();
  const content = { type: typeOf(data), data, ...made };
  const path = `/books/${book}/drafts`;
  return draft ? ask("PUT", `${path}/${draft}`, content) : ask("POST", path, content);
}

/** Save, sign what was saved if it is what was typed, and go on with an empty form for the next voucher. */
async function saveAndSign() {
  const held = await heldKey(key);
  if (!held) throw new Told("browserkey.missing", `这个浏览器里没有密钥 ${key}`, `the key ${key} is not in this browser`);
  const wanted = typed();
  const saved = await save();
  if (saved.problem) throw new Told(saved.problem.rule, `已存为待签凭证，没有签名：${saved.problem.zh}`, saved.problem.en);
  const statement = statementOf(saved.text);
  const { data } = opened(statement.data, saved.disclosures);
  if (canonical(data) !== canonical(wanted) || statement.type !== typeOf(wanted) || statement.book !== book) {
    throw new Told("draft.other_text", "服务器存的与您填的不同，没有签名", "the server kept something else; nothing was signed");
  }
  if (isUnshown(wanted)) return location.assign(`/books/${book}/work/drafts/${saved.id}`);
  await checkHistory(book, statement.seen);
  const signed = await ask("POST", `/books/${book}/drafts/${saved.id}/signatures`, await signedNote(saved.text, held));
  if (draft) return location.assign(`/books/${book}/work/drafts/${draft}`);
  const link = element("a", { href: `/books/${book}/work/drafts/${saved.id}` }, wanted.summary);
  place("done").prepend(element("li", {}, "已签名：", link, signed.entry === null ? "，等别人签。" : `，已入账，第 ${signed.entry} 号记录。`, ...saved.remarks.map(({ zh }) => element("strong", {}, ` ${zh}。`))));
  return clear();
}

function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical)}]`;
  if (typeof value !== "object") return JSON.stringify(value);
  return `{${Object.keys(value).sort().map((name) => `${JSON.stringify(name)}:${canonical(value[name])}`)}}`;
}

function clear() {
  lines.splice(0);
  place("lines").replaceChildren();
  attached.files = [];
  invoices.invoices = [];
  for (const id of ["summary", "attachments", "resolution", "template"]) if (place(id)) place(id).value = "";
  for (let number = 0; number < LINES_AT_FIRST; number += 1) addLine();
  tell();
  place("summary").focus();
}

function fill({ date, summary = "", attachments = {}, resolution = "", lines: given = [], source, ...rest }) {
  kept = rest;
  if (date) place("date").value = date;
  Object.assign(place("summary"), { value: summary });
  Object.assign(place("resolution"), { value: resolution });
  place("attachments").value = attachments.count ?? "";
  if (draft) {
    attached.files = attachments.files ?? [];
    invoices.invoices = attachments.invoices ?? [];
    Object.assign(kept, source === undefined ? {} : { source });
  }
  for (const line of given) addLine(line);
}

place("voucher").addEventListener("submit", (event) => {
  event.preventDefault();
  return acting(event.submitter ?? place("save"), place("told"), async () => {
    if (event.submitter?.id === "save") location.assign(`/books/${book}/work/drafts/${(await save()).id}`);
    else await saveAndSign();
  });
});
/** Upload what was chosen; of the first invoice the total is proposed where no amount is typed yet. */
async function attach() {
  await attached.upload();
  const [first] = invoices.invoices;
  if (!first || lines.some((line) => line.debit.value || line.credit.value)) return;
  lines[0].debit.value = formatFen(first.total_fen);
  tell();
}

/** Take the invoice that was typed from paper. */
function addPaper() {
  const [number, date, total] = ["invoice-number", "invoice-date", "invoice-total"].map(place);
  const typedNumber = number.value.normalize("NFKC").replaceAll(/\s/g, "").toUpperCase();
  if (!/^[0-9A-Z]{8,20}$/.test(typedNumber) || !date.value) {
    (date.value ? number : date).focus();
    throw new Told("invoice.typed", "发票号码应为 8 到 20 位数字或字母（老发票：代码加号码），并填开票日期", "an invoice has a number of 8 to 20 digits or letters (an older one its code before it) and a date");
  }
  invoices.add({ date: date.value, number: typedNumber, total_fen: fenOf(total, "发票价税合计") });
  for (const input of [number, date, total]) input.value = "";
  if (place("attachments").value === "") place("attachments").value = invoices.invoices.length;
  number.focus();
}

place("files").addEventListener("change", (event) => acting(event.target, place("told"), attach));
place("addinvoice").addEventListener("click", (event) => acting(event.target, place("told"), async () => addPaper()));
place("add").addEventListener("click", () => addLine().account.focus());
document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) place("voucher").requestSubmit(place("saveandsign"));
  else if (event.key === "Enter" && event.target.tagName === "INPUT") event.preventDefault(); // it takes an account, and sends nothing
});

/** Return the voucher that the form begins with: a draft's to change, an entry's to copy, or none. */
async function given() {
  if (draft) {
    const found = await ask("GET", `/books/${book}/drafts/${draft}`);
    ({ revision } = found);
    return opened(statementOf(found.text).data, found.disclosures).data;
  }
  if (!copy) return undefined;
  const { statement } = await ask("GET", `/books/${book}/entries/${copy}.json`);
  const { summary, lines: entered, attachments, resolution } = statement.data; // and nothing that is its own alone
  const counted = ({ _sd, debit_fen, credit_fen, quantity_milli, unit, ...line }) => line;
  const plain = entered.map(blank ? counted : ({ _sd, ...line }) => line);
  return { summary: correcting || summary, lines: plain, attachments: { count: correcting ? 0 : attachments.count }, resolution };
}

/** Fill the form and open it in one go: nobody who types has the focus or a field taken from them. */
function open() {
  place("fields").disabled = false;
  if (begun) fill(begun);
  else clear();
  if (!draft) choosing(templates, template, take);
  keeping(book, typed);
  tell();
  place("summary").focus();
}

/** Fill the form with a template; the date that stands there stays. */
function take({ summary, resolution, lines: given }) {
  lines.splice(0);
  place("lines").replaceChildren();
  fill({ summary, resolution, lines: given });
  tell();
  place("summary").focus();
}

open();
