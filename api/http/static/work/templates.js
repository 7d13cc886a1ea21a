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

const GONE = ["template.unknown", "template.changed"];

/** Return when a template comes that is made of a voucher of a date. */
const since = (date) => ({ first_period: date.slice(0, 7), day: Number(date.slice(8)) });

/**
 * Let the form be kept as a template, whose voucher of this period is the one in the form; return what lets the template
 * begin with the date that the voucher is saved with at last.
 * @param {string} book
 * @param {() => object} typed gives what the form has, with a date
 * @param {() => string | undefined} draft gives the id of the draft that it was saved as
 */
export function keeping(book, typed, draft) {
  const templates = `/books/${book}/templates`;
  let mine; // the template that was made of the voucher in the form
  place("keeping").hidden = false;
  place("keep").addEventListener("submit", (event) => {
    event.preventDefault();
    return acting(place("keeptemplate"), place("kept"), async () => {
      const name = filled(place("template-name"));
      const { date, summary, lines, resolution = "" } = typed();
      const every = place("template-every").value;
      const open = lines.map(({ private: _, ...line }) => line); // what is not public is kept in no template
      const content = { name, every, ...since(date), summary, lines: open, resolution };
      const kept = await ask("POST", `${templates}?draft=${draft() ?? ""}`, content);
      if (!draft()) choose(kept);
      mine = { kept, of: draft() };
      place("kept").append(element("p", { className: "state" }, ...bilingual(`已存为常用凭证：${name}`, "kept as a template")));
      place("template-name").value = "";
    });
  });

  return async (date) => {
    if (mine && !mine.of) mine = place("template").value === mine.kept.id ? { ...mine, of: draft() } : undefined;
    if (!mine || mine.of !== draft()) return; // it is of another voucher
    const { id, revision, changed_by, changed_at, ...content } = mine.kept;
    const begun = since(date);
    if (begun.first_period === content.first_period && begun.day === content.day) return;
    mine.kept = await ask("PUT", `${templates}/${id}?revision=${revision}`, { ...content, ...begun }).catch((told) => {
      if (!GONE.includes(told.rule)) throw told;
      return { ...mine.kept, ...begun }; // somebody has said otherwise since
    });
  };
}
