/** The page for banks and cash: statements are read in and undone, lines are matched by hand, and what was decided is taken back. */

import { acting, ask, bilingual, element, filled, textOf } from "./ask.js";
import { fenOf } from "./amounts.js";
import { formatFen } from "../verify/money.js";

const place = (id) => document.getElementById(id);
const form = place("reading");
const matching = place("matching");
const path = (below, account = form.dataset.account) => `/books/${form.dataset.book}/bank/${account}/${below}`;

const SAID = "bank"; // what the server said of what was done, for the page that is loaded then

/** Do what a person asked for, and show the page as it is then, with what the server says of what was done. */
function changing(button, told, ...request) {
  return acting(button, told, async () => {
    const { notice } = await ask(...request);
    if (notice) sessionStorage.setItem(SAID, JSON.stringify({ ...notice, at: told.id }));
    location.reload();
  });
}

/** Say once what the server said of what was done before the page was loaded anew. */
function sayDone() {
  const { zh, en, at } = JSON.parse(sessionStorage.getItem(SAID) ?? "{}");
  sessionStorage.removeItem(SAID);
  if (zh) place(at)?.append(element("p", { className: "state" }, ...bilingual(zh, en)));
}

sayDone();

/** Return what is decided of lines, from their numbers and places as the page writes them. */
function decision(accepted, bank, book) {
  const places = book.map((one) => one.split(":").map(Number)).map(([entry, line]) => ({ entry, line }));
  return { accepted, bank: bank.map(Number), book: places };
}

form?.addEventListener("submit", (event) => {
  event.preventDefault();
  return acting(place("read"), place("told"), async () => {
    const [chosen] = place("statement").files;
    const columns = textOf(place("columns"));
    const through = place("through").value;
    const query = new URLSearchParams({ name: chosen.name, ...(columns ? { columns } : {}), ...(through ? { through } : {}) });
    const taken = await ask("POST", path(`statements?${query}`, place("account").value), chosen);
    const told = taken.notices.map(({ zh, en }) => element("p", { className: "state waiting" }, ...bilingual(zh, en)));
    place("told").append(...told, element("p", { className: "state" }, ...bilingual(`读入 ${taken.new} 行新的，${taken.known} 行以前读过。`, `${taken.new} new lines, ${taken.known} known`)));
    form.reset();
  });
});

const chosen = (name) => [...matching.querySelectorAll(`[name=${name}]:checked`)];
const sum = (lines) => lines.reduce((fen, line) => fen + Number(line.dataset.fen), 0);

/** Say what the lines that are chosen come to. */
function told() {
  const [bank, book] = [sum(chosen("bank")), sum(chosen("book"))];
  const differs = bank === book ? "相同" : `相差 ${formatFen(Math.abs(bank - book))}`;
  place("sums").textContent = `对账单 ${formatFen(bank)} 元，账上 ${formatFen(book)} 元，${differs}`;
}

if (matching) {
  matching.addEventListener("change", told);
  told();
  matching.addEventListener("submit", (event) => {
    event.preventDefault();
    const [bank, book] = [chosen("bank"), chosen("book")].map((lines) => lines.map((line) => line.value));
    return changing(place("accept"), place("decided"), "POST", path("decisions"), decision(true, bank, book));
  });
}

for (const button of document.querySelectorAll("[data-accepted]")) {
  const { accepted, bank, book } = button.dataset;
  const lines = [bank, book].map((listed) => listed.split(",").filter(Boolean));
  const content = decision(accepted === "true", ...lines);
  button.addEventListener("click", () => changing(button, place("decided"), "POST", path("decisions"), content));
}

for (const button of document.querySelectorAll("[data-undo]")) {
  const below = `decisions/${button.dataset.undo}`;
  button.addEventListener("click", () => changing(button, place("told"), "DELETE", path(below)));
}

for (const button of document.querySelectorAll("[data-undo-import]")) {
  const below = `statements/${button.dataset.undoImport}`;
  button.addEventListener("click", () => changing(button, place("undone"), "DELETE", path(below)));
}

for (const button of document.querySelectorAll("[data-remove]")) {
  const below = `openings/${button.dataset.remove}`;
  button.addEventListener("click", () => changing(button, place("entered"), "DELETE", path(below)));
}

place("opening")?.addEventListener("submit", (event) => {
  event.preventDefault();
  const [side, sign] = place("opening-side").value.split(" ");
  return acting(place("enter"), place("entered"), async () => {
    const [date, text] = [filled(place("opening-date")), filled(place("opening-text"))];
    const amount_fen = Number(sign) * fenOf(place("opening-amount"), "金额", "amount");
    await ask("POST", path("openings"), { side, date, amount_fen, text });
    location.reload();
  });
});
