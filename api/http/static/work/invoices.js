/** The invoices (发票) of a voucher: read off what is attached, or typed from paper; each is booked once. */

import { fenOf } from "./amounts.js";
import { bilingual, element, filled, mistyped } from "./ask.js";
import { Told } from "./keys.js";
import { formatFen } from "../verify/money.js";

const factsOf = ({ date, total_fen }) => `，${date}，价税合计 ${formatFen(total_fen)} 元`;

const factsIn = ({ date, total_fen }) => `${date}, ${formatFen(total_fen)} yuan`;

/** Return an invoice as a line of text. */
export const invoiceText = (invoice) => `${invoice.number}${factsOf(invoice)}`;

const HEADS = [["发票号码", "invoice"], ["价税合计（元）", "total with tax, yuan"], ["销售方", "seller"], ["购买方", "buyer"]];

/**
 * Return what the electronic invoices of a voucher say, so that nobody signs for what they have not seen; of an invoice on
 * paper nobody but its reader knows.
 * @param {{number: string, date: string, total_fen: number}[]} named the invoices that stand in what is signed
 * @param {object[]} read what the server read off the documents
 */
export function partiesOf(named, read) {
  const same = (one, other) => ["number", "date", "total_fen"].every((name) => one[name] === other[name]);
  const known = read.filter(({ invoice }) => named.some((one) => same(one, invoice)));
  if (!known.length) return [];
  const cell = (at, properties, text) => element(at ? "td" : "th", { "data-label": HEADS[at][0], ...properties }, text);
  const row = ({ invoice, seller, seller_id, buyer, buyer_id }) =>
    element(
      "tr",
      {},
      cell(0, { scope: "row" }, element("code", {}, invoice.number)),
      cell(1, { className: "money" }, formatFen(invoice.total_fen)),
      cell(2, { className: "text" }, party(seller, seller_id)),
      cell(3, { className: "text" }, party(buyer, buyer_id)),
    );
  const heads = HEADS.map((head, at) => element("th", { scope: "col", className: at === 1 ? "money" : "" }, ...bilingual(...head)));
  const caption = element("caption", {}, ...bilingual("电子发票上写的（由服务器从附件读出）", "what the e-invoices say, as the server reads them"));
  return [element("table", { className: "cards", id: "parties" }, caption, element("thead", {}, element("tr", {}, ...heads)), element("tbody", {}, ...known.map(row)))];
}

const party = (name, id) => (name || id ? `${name}${id ? `（${id}）` : ""}` : "没有写");

const NUMBER = /^[0-9A-Z]{8,20}$/;
const today = () => new Date().toLocaleDateString("sv-SE", { timeZone: "Asia/Shanghai" }); // as YYYY-MM-DD

/** Return the invoice that was typed from paper into three fields; throws what is mistyped. A red invoice has a negative total. */
export function paperInvoice(number, date, total) {
  const digits = filled(number).normalize("NFKC").replaceAll(/\s/g, "").toUpperCase();
  if (!NUMBER.test(digits)) {
    throw mistyped(number, "invoice.typed", `发票号码「${number.value}」应为 8 到 20 位数字或字母（老发票：代码加号码），请照发票填写`, `the invoice number ${number.value} has to have 8 to 20 digits or letters (an older one its code before it): copy it from the invoice`);
  }
  if (filled(date) > today()) {
    throw mistyped(date, "invoice.typed", `开票日期 ${date.value} 晚于今天 ${today()}，请照发票核对年份和月份`, `the invoice's date ${date.value} lies after today, ${today()}: check year and month against the invoice`);
  }
  filled(total);
  const total_fen = fenOf(total, "价税合计", "total with tax");
  if (total_fen === 0) {
    throw mistyped(total, "invoice.typed", `价税合计「${total.value}」不能是零，请照发票填写；红字发票填负数`, `the total with tax ${total.value} cannot be zero: copy it from the invoice, that of a red one as a negative amount`);
  }
  return { date: date.value, number: digits, total_fen };
}

/**
 * List the invoices of a voucher, with what is to be known of each.
 * @param {string} book the buyer whose invoices these should be
 * @param {HTMLElement} list
 * @param {(number: string) => void} dropped hears which one was taken off here
 */
export function listing(book, list, dropped) {
  let invoices = [];
  let remarks = new Map();
  const draw = () => list.replaceChildren(...invoices.map(row));
  const row = (invoice) => {
    const button = element("button", { type: "button", className: "plain" }, ...bilingual("去掉", "remove"));
    button.addEventListener("click", () => {
      drop(invoice.number);
      dropped(invoice.number);
    });
    return element("li", {}, invoice.total_fen < 0 ? "红字发票 " : "发票 ", element("code", {}, invoice.number), factsOf(invoice), " ", ...(remarks.get(invoice.number) ?? []), button);
  };
  const drop = (number) => {
    invoices = invoices.filter((one) => one.number !== number);
    draw();
  };
  return {
    drop,
    get invoices() {
      return invoices;
    },
    set invoices(given) {
      invoices = [...given];
      remarks = new Map();
      draw();
    },
    /** Add an invoice, once, with what is to be known of it; throws if it stands there otherwise. */
    add(invoice, said = remarks.get(invoice.number)) {
      const { number, date, total_fen } = invoice;
      const there = invoices.find((one) => one.number === number);
      if (there && (there.date !== date || there.total_fen !== total_fen)) {
        const [zh, en] = [factsOf, factsIn].map((facts) => [there, invoice].map(facts));
        throw new Told("invoice.otherwise", `发票 ${number} 已登记${zh[0]}；这次却是${zh[1].slice(1)}，没有收下。请照发票核对，要改就先把已登记的去掉`, `invoice ${number} is recorded already with ${en[0]}, and now with ${en[1]}, which was not taken: check the invoice, and remove the one that is recorded if that is wrong`);
      }
      if (!there) invoices.push(invoice);
      remarks.set(number, said);
      draw();
    },
    /** Take an invoice that was read off a document. */
    take({ invoice, seller, buyer, buyer_id }) {
      const said = [seller ? `销售方 ${seller} ` : ""];
      if (buyer_id && buyer_id !== book) said.push(element("strong", {}, `购买方是 ${buyer}（${buyer_id}），不是本组织 `));
      this.add(invoice, said);
    },
  };
}
