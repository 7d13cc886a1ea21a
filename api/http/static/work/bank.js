/** The page for banks and cash: a statement is read in for the account that is chosen. */

import { acting, ask, bilingual, element } from "./ask.js";

const place = (id) => document.getElementById(id);
const form = place("reading");

form?.addEventListener("submit", (event) => {
  event.preventDefault();
  return acting(place("read"), place("told"), async () => {
    const [chosen] = place("statement").files;
    const [account, columns] = [place("account").value, place("columns").value.trim()];
    const through = place("through").value;
    const query = new URLSearchParams({ name: chosen.name, ...(columns ? { columns } : {}), ...(through ? { through } : {}) });
    const taken = await ask("POST", `/books/${form.dataset.book}/bank/${account}/statements?${query}`, chosen);
    const told = taken.notices.map(({ zh, en }) => element("p", { className: "state waiting" }, ...bilingual(zh, en)));
    place("told").append(...told, element("p", { className: "state" }, ...bilingual(`读入 ${taken.new} 行新的，${taken.known} 行以前读过。`, `${taken.new} new lines, ${taken.known} known`)));
    form.reset();
  });
});
