/** The invoices (发票) of a voucher: read off what is attached, or typed from paper; each is booked once. */

import { bilingual, element } from "./ask.js";
import { formatFen } from "../verify/money.js";

const factsOf = ({ date, total_fen }) => `，${date}，价税合计 ${formatFen(total_fen)} 元`;

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

/**
 * List the invoices of a voucher, with what is to be known of each.
 * @param {string} book the buyer whose invoices these should be
 * @param {HTMLElement} list
 */
export function listing(book, list) {
  let invoices = [];
  let remarks = new Map();
  const draw = () => list.replaceChildren(...invoices.map(row));
  const row = (invoice) => {
    const button = element("button", { type: "button", className: "plain" }, ...bilingual("去掉", "remove"));
    button.addEventListener("click", () => drop(invoice.number));
    return element("li", {}, "发票 ", element("code", {}, invoice.number), factsOf(invoice), " ", ...(remarks.get(invoice.number) ?? []), button);
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
    add(invoice) {
      if (!invoices.some((one) => one.number === invoice.number)) invoices.push(invoice);
      draw();
    },
    /** Take an invoice that was read off a document. */
    take({ invoice, seller, buyer, buyer_id }) {
      const said = [seller ? `销售方 ${seller} ` : ""];
      if (buyer_id && buyer_id !== book) said.push(element("strong", {}, `购买方是 ${buyer}（${buyer_id}），不是本组织 `));
      remarks.set(invoice.number, said);
      this.add(invoice);
    },
  };
}
