/** Voucher templates (常用凭证): one is chosen to fill the form, or made of what the form has. */

import { acting, ask, bilingual, element, filled } from "./ask.js";

const place = (id) => document.getElementById(id);

/**
 * Fill the list of templates, and let the one that is chosen, or that the address names, fill the form.
 * @param {object[]} templates
 * @param {string} named the template of the address, "" for none
 * @param {(template: object) => void} take fills the form
 */
export function choosing(templates, named, take) {
  const select = place("template");
  select.append(...templates.map(option));
  place("choosing").hidden = templates.length === 0;
  const chosen = () => templates.find((one) => one.id === select.value);
  select.addEventListener("change", () => chosen() && take(chosen()));
  select.value = templates.some((one) => one.id === named) ? named : "";
  if (chosen()) take(chosen());
}

const option = ({ id, name }) => element("option", { value: id }, name);

/** Say in the list that what is typed is of a template, which fills nothing. */
function choose(template) {
  place("template").append(option(template));
  place("template").value = template.id;
  place("choosing").hidden = false;
}

/**
 * Let the form be kept as a template, whose voucher of this period is the one in the form.
 * @param {string} book
 * @param {() => object} typed gives what the form has, with a date
 * @param {() => string | undefined} draft gives the id of the draft that it was saved as
 */
export function keeping(book, typed, draft) {
  place("keeping").hidden = false;
  place("keep").addEventListener("submit", (event) => {
    event.preventDefault();
    return acting(place("keeptemplate"), place("kept"), async () => {
      const name = filled(place("template-name"));
      const { date, summary, lines, resolution = "" } = typed();
      const every = place("template-every").value;
      const [first_period, day] = [date.slice(0, 7), Number(date.slice(8))];
      const open = lines.map(({ private: _, ...line }) => line); // what is not public is kept in no template
      const content = { name, every, first_period, day, summary, lines: open, resolution };
      const kept = await ask("POST", `/books/${book}/templates?draft=${draft() ?? ""}`, content);
      if (!draft()) choose(kept);
      place("kept").append(element("p", { className: "state" }, ...bilingual(`已存为常用凭证：${name}`, "kept as a template")));
      place("template-name").value = "";
    });
  });
}
