/** The invoices (发票) of a voucher: read off what is attached, or typed from paper; each is booked once. */

import { bilingual, element } from "./ask.js";
import { formatFen } from "../verify/money.js";

const factsOf = ({ date, total_fen }) => `，${date}，价税合计 ${formatFen(total_fen)} 元`;

/** Return an invoice as a line of text. */
export const invoiceText = (invoice) => `${invoice.number}${factsOf(invoice)}`;

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
