/** The page where a voucher is typed: keyboard alone is enough, the difference is always in view. */

import { adding } from "./accounts.js";
import { acting, ask, bilingual, element, filled, mistyped, problem, textOf } from "./ask.js";
import { attaching } from "./files.js";
import { newId } from "./ids.js";
import { listing, paperInvoice } from "./invoices.js";
import { Told } from "./keys.js";
import { Lines, stripped } from "./lines.js";
import { isPrivate, isUnshown, opened } from "./private.js";
import { checkKept, requiredKey, signDraft } from "./signing.js";
import { statementOf } from "./statement.js";
import { choosing, keeping } from "./templates.js";
import { guarding } from "./unsaved.js";
import { formatFen } from "../verify/money.js";

const [TRIES_MAX, WAIT_MS] = [20, 100];
const LINES_LEAST = 2;
const place = (id) => document.getElementById(id);
const { book, draft, key, copy, corrects, template, summary: correcting, blank } = place("work").dataset;
const drafts = `/books/${book}/drafts`;
const typeOf = (data) => (isPrivate(data) ? "voucher.posted/2" : "voucher.posted/1");
const unsavedYet = () => ({ fresh: newId() });
/** The draft that the form was saved as, and as it was `sent`; one without an `id` gets that of `fresh`, however often it is sent. */
let saved = draft ? { id: draft } : unsavedYet();

const [{ accounts }, { templates }, begun] = await Promise.all([
  ask("GET", `/books/${book}/accounts.json`), draft ? {} : ask("GET", `/books/${book}/templates`), given(),
]).catch((told) => {
  place("told").append(problem(told));
  throw told; // the form stays shut
});
let known = accounts;
const lines = new Lines(place("lines"), known, tell);
const invoices = listing(book, place("invoices"), (number) => attached.drop(number));
const counting = ({ length }) => {
  if (length > Number(place("attachments").value)) place("attachments").value = length;
};
const attached = attaching(book, place("files"), place("attached"), counting, invoices);
let beginTemplate; // lets the template made of the voucher in the form begin with a date
let kept = {}; // what the form does not show of a voucher that is changed
const unsaved = guarding(place("voucher"), () => [attached.files, invoices.invoices]);

/** Say at the foot whether the voucher balances, unless a line has an amount that cannot be read. */
function tell(fen, unread) {
  const [zh, en] = unread
    ? [`第 ${unread} 行的金额读不出`, `an amount of line ${unread} cannot be read`]
    : fen === 0
      ? ["借贷平衡", "balanced"]
      : [`${fen > 0 ? "贷方还差" : "借方还差"} ${formatFen(Math.abs(fen))} 元`, `${fen > 0 ? "credit" : "debit"} lacks ${formatFen(Math.abs(fen))} yuan`];
  place("difference").textContent = zh;
  place("difference-en").textContent = en;
  place("difference").className = unread || fen ? "red" : "balanced";
}

/** Return the voucher as it was typed; a field that is empty is left out, as its entry has it. A template may have one line. */
function typed(linesLeast = LINES_LEAST) {
  return stripped({
    ...kept,
    attachments: { count: countOf(place("attachments")), files: attached.files, invoices: invoices.invoices },
    date: filled(place("date")),
    lines: lines.read(linesLeast),
    resolution: textOf(place("resolution")),
    summary: filled(place("summary")),
  });
}

function countOf(input) {
  const typedCount = input.value.normalize("NFKC").trim();
  if (!/^[0-9]{0,4}$/.test(typedCount)) {
    throw mistyped(input, "voucher.attachments", `附件张数「${input.value}」应为 0 到 9999 的整数，请照原始凭证的张数填`, `${input.value} is no number of attachments, 0 to 9999: count the originals`);
  }
  return Number(typedCount);
}

/** Take accounts into the form: all of the book, or one more. */
function know(more) {
  known = more;
  lines.know(known);
}

/** Look again at what accounts there are and what stands on them; tell whether the server knows of all that are known here. */
async function refresh() {
  const found = await ask("GET", `/books/${book}/accounts.json`).catch(() => undefined);
  const isAbreast = found?.accounts.length >= known.length; // accounts never go: of fewer, the answer is behind
  if (isAbreast) know(found.accounts);
  return isAbreast;
}

/** Take an account into the form that was added just now, and what the server says of it: the initials of its name. */
async function knowAdded(added) {
  know([...known.map((one) => (added.code.startsWith(one.code) ? { ...one, leaf: false } : one)), added]);
  for (let tries = 0; tries < TRIES_MAX && !(await refresh()); tries += 1) await new Promise((go) => setTimeout(go, WAIT_MS));
}

/** Save what is typed: as a new draft, or as a change of the one that it was saved as before. */
async function save(data) {
  const content = { type: typeOf(data), data };
  const sent = unsaved.now();
  if (saved.sent !== sent) { // pressed again, nothing is sent anew
    const answer = saved.id
      ? await ask("PUT", `${drafts}/${saved.id}`, { ...content, revision: saved.revision })
      : await ask("POST", drafts, { ...content, template: place("template").value, id: saved.fresh });
    saved = { ...answer, sent };
    unsaved.kept(sent);
  }
  await beginTemplate(data.date);
  return saved;
}

/** Save, and go to the page where the draft is looked at. */
async function saveAndLook() {
  location.assign(`/books/${book}/work/drafts/${(await save(typed())).id}`);
}

/**
 * Save, sign what was saved if it is what was typed, and go on with an empty form for the next voucher. What there is a
 * remark on, or what the form does not show, is looked at first, and signed on the page of its own.
 */
async function saveAndSign() {
  const held = await requiredKey(key);
  const wanted = typed();
  const made = await save(wanted);
  const { id, remarks, problem: objection } = made;
  if (objection) throw new Told(objection.rule, `已存为待签凭证，没有签名：${objection.zh}。在这里改好再签，改的就是这一张`, `kept as a draft, not signed: ${objection.en}; what is changed here changes that draft`);
  checkKept(made, book, typeOf(wanted), wanted);
  if (remarks.length || isUnshown(wanted)) return location.assign(`/books/${book}/work/drafts/${id}#sign`);
  const signed = await signDraft(made, held);
  if (draft) return location.assign(`/books/${book}/work/drafts/${draft}`);
  const link = element("a", { href: `/books/${book}/work/drafts/${id}` }, wanted.summary);
  const [zh, en] = signed.entry === null ? ["，等别人签。", "signed; waits for others"] : [`，已入账，第 ${signed.entry} 号记录。`, `signed and posted as entry ${signed.entry}`];
  place("done").prepend(element("li", {}, "已签名：", link, ...bilingual(zh, en)));
  if (signed.entry !== null) refresh();
  return clear();
}

function clear() {
  [saved, kept] = [unsavedYet(), {}];
  attached.files = [];
  invoices.invoices = [];
  for (const id of ["summary", "attachments", "resolution", "template"]) if (place(id)) place(id).value = "";
  lines.fill();
  unsaved.kept();
  place("summary").focus();
}

function fill({ date, summary = "", attachments = {}, resolution = "", lines: entered, source, ...rest }) {
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
  lines.fill(entered);
  unsaved.kept();
  place("summary").focus();
}

place("voucher").addEventListener("submit", (event) => {
  event.preventDefault();
  return acting(event.submitter ?? place("save"), place("told"), async () => {
    await (event.submitter?.id === "save" ? saveAndLook() : saveAndSign()).catch((told) => {
      throw attached.staying(told);
    });
  });
});

/** Upload what was chosen, and say of each that was refused why; of the first invoice the total is proposed where no amount is typed yet. */
async function attach() {
  const { chosen, refused } = await attached.upload();
  if (refused.length && chosen > 1) place("told").append(element("p", { className: "state waiting" }, ...bilingual(`选的 ${chosen} 个文件收下 ${chosen - refused.length} 个，没有收下的 ${refused.length} 个：`, `of the ${chosen} files chosen, these ${refused.length} were not taken:`)));
  place("told").append(...refused.map(problem));
  const [first] = invoices.invoices;
  if (first) lines.propose(first.total_fen);
}

/** Take the invoice that was typed from paper. */
function addPaper() {
  const fields = ["invoice-number", "invoice-date", "invoice-total"].map(place);
  invoices.add(paperInvoice(...fields));
  for (const input of fields) input.value = "";
  if (place("attachments").value === "") place("attachments").value = invoices.invoices.length;
  fields[0].focus();
}

adding({ book, key }, () => known, knowAdded);
document.addEventListener("visibilitychange", () => document.hidden || refresh());
place("files").addEventListener("change", (event) => acting(event.target, place("told"), attach));
place("addinvoice").addEventListener("click", (event) => acting(event.target, place("told"), async () => addPaper()));
place("add").addEventListener("click", () => lines.addAndGo());
document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) place("voucher").requestSubmit(place("saveandsign"));
  else if (event.key === "Enter" && event.target.tagName === "INPUT") event.preventDefault(); // it takes an account, and sends nothing
});

/** Return the voucher that the form begins with: a draft's to change, an entry's to copy, or none. */
async function given() {
  if (draft) {
    saved = await ask("GET", `${drafts}/${draft}`);
    return opened(statementOf(saved.text).data, saved.disclosures).data;
  }
  if (!copy) return undefined;
  const { statement } = await ask("GET", `/books/${book}/entries/${copy}.json`);
  if (!statement.type.startsWith("voucher.")) {
    throw new Told("copy.no_voucher", `第 ${copy} 号记录不是记账凭证，不能照此制单；请打开一张凭证，点「照此制单」`, `entry ${copy} is no voucher and cannot be copied: open a voucher, and copy that`);
  }
  const { summary, lines: entered, attachments, resolution } = statement.data; // and nothing that is its own alone
  const counted = ({ _sd, debit_fen, credit_fen, quantity_milli, unit, ...line }) => line;
  const plain = entered.map(blank ? counted : ({ _sd, ...line }) => line);
  return { summary: correcting || summary, lines: plain, attachments: { count: correcting ? 0 : attachments.count }, resolution, corrects };
}

/** Begin another voucher, with a template; the date that stands there stays. */
function take({ summary, resolution, lines: proposed }) {
  saved = unsavedYet();
  fill({ summary, resolution, lines: proposed });
}

/** Fill the form and open it in one go: nobody who types has the focus or a field taken from them. */
function open() {
  place("fields").disabled = false;
  if (begun) fill(begun);
  else clear();
  if (!draft) choosing(templates, template, take);
  beginTemplate = keeping(book, () => typed(1), () => saved.id);
}

open();
