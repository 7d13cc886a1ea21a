/**
 * Finding an account by its code, a part of its name, or the initials of its name in pinyin (拼音首字母), which the server
 * gives: for each character the letter it has in that name, then those of its other readings (多音字).
 */

import { bilingual, element } from "./ask.js";

const [SHOWN_MAX, NAMED_MAX] = [12, 3];

/** Tell whether what was typed are initials of a name from some place on. */
function spells(found, typed, from = 0) {
  return typed.length <= found.length - from && [...typed].every((letter, at) => found[from + at].includes(letter));
}

/**
 * Return what finds accounts: a function from what was typed to those that take postings and match, the best first, to
 * the one that alone can be meant (`sole`): by its code, by its name, or because no other matches; and to the account
 * that was typed itself (`above`) where its details alone take postings.
 */
export function finder(accounts) {
  const groups = accounts.filter((one) => !one.leaf);
  const known = accounts.filter((one) => one.leaf).map(({ initials = [], ...one }) => {
    const above = groups.filter(({ code }) => one.code.startsWith(code)).sort((a, b) => a.code.length - b.code.length);
    const path = [...above, one].map(({ name }) => name).join("");
    const usual = initials.map(([letter]) => letter).join("");
    return { ...one, path, usual, initials, whole: [...above.flatMap((group) => group.initials), ...initials] };
  });
  const tests = [
    (one, typed) => one.code === typed,
    (one, typed) => one.code.startsWith(typed),
    (one, typed) => one.usual.startsWith(typed),
    (one, typed) => spells(one.initials, typed),
    (one, typed) => one.name.includes(typed),
    (one, typed) => one.initials.some((_, at) => spells(one.initials, typed, at)),
    (one, typed) => spells(one.whole, typed),
    (one, typed) => one.path.includes(typed),
  ];
  return (read) => {
    const typed = read.normalize("NFKC").trim().toLowerCase();
    const above = groups.find(({ code, name }) => code === typed || name.toLowerCase() === typed);
    const found = above
      ? known.filter(({ code }) => code.startsWith(above.code))
      : tests.flatMap((test) => known.filter((one) => typed && test(one, typed)));
    const matching = [...new Set(found)];
    const called = known.filter(({ code, name }) => [code, name.toLowerCase(), `${code} ${name.toLowerCase()}`].includes(typed));
    const [sole, other] = above ? [] : called.length ? called : matching;
    return { above, found: matching.slice(0, SHOWN_MAX), sole: other ? undefined : sole };
  };
}

/** Return what is said of an account that has details. */
export const hasDetails = ({ code, name }) => [`${code} ${name} 有明细，请选一个明细`, "it has details: choose one of them"];

/** Return what is said where several accounts can be meant: the best of them. */
export const severalFit = (typed, found) => [
  `「${typed}」合得上的科目不止一个，如 ${found.slice(0, NAMED_MAX).map(({ code, name }) => `${code} ${name}`).join("、")}；请选一个`,
  `several accounts fit ${typed}: choose one`,
];

/**
 * Let an input find accounts: arrows choose, Enter and Tab take, Escape leaves. It hears "taken" when one is taken.
 * Who leaves it otherwise, with the mouse, takes the one that alone can be meant.
 * Of an account's details none is taken that nobody chose: Tab stays until one is, or Escape closes the list.
 * @param {HTMLInputElement} input whose dataset.code is the code that was taken
 * @param {ReturnType<typeof finder>} find
 */
export function findingIn(input, find) {
  const list = element("ul", { role: "listbox", className: "found", hidden: true, id: `${input.id}-found` });
  const told = element("p", { role: "status", className: "note", hidden: true, id: `${input.id}-said` });
  input.after(told, list);
  input.setAttribute("aria-describedby", told.id);
  for (const [name, value] of Object.entries({ role: "combobox", "aria-controls": list.id, "aria-expanded": "false" })) {
    input.setAttribute(name, value);
  }
  let [above, found, chosen] = [undefined, [], 0];

  const draw = () => {
    told.hidden = !above;
    told.replaceChildren(...(above ? bilingual(...hasDetails(above)) : []));
    list.hidden = found.length === 0;
    input.setAttribute("aria-expanded", String(!list.hidden));
    list.replaceChildren(
      ...found.map((one, at) => {
        const option = element("li", { role: "option", id: `${list.id}-${at}`, "aria-selected": String(at === chosen) }, `${one.code} ${one.name}`);
        option.addEventListener("mousedown", (event) => {
          event.preventDefault();
          take(one);
        });
        return option;
      }),
    );
    if (list.hidden || chosen < 0) input.removeAttribute("aria-activedescendant");
    else input.setAttribute("aria-activedescendant", `${list.id}-${chosen}`);
  };
  const take = (one) => {
    input.value = `${one.code} ${one.name}`;
    input.dataset.code = one.code;
    [above, found, chosen] = [undefined, [], 0];
    draw();
    input.dispatchEvent(new Event("taken"));
  };

  input.addEventListener("input", () => {
    delete input.dataset.code;
    ({ above, found } = find(input.value));
    chosen = above ? -1 : 0;
    draw();
  });
  input.addEventListener("keydown", (event) => {
    if (found.length === 0) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      chosen = chosen < 0 && step < 0 ? found.length - 1 : (chosen + step + found.length) % found.length;
      draw();
      event.preventDefault();
    } else if (event.key === "Enter" || event.key === "Tab") {
      if (chosen >= 0) take(found[chosen]);
      else if (!event.shiftKey) event.preventDefault();
    } else if (event.key === "Escape") {
      found = [];
      draw();
    }
  });
  input.addEventListener("blur", () => {
    found = [];
    draw();
    const isLeft = document.activeElement !== input; // and it is not the whole window that was
    const { sole } = isLeft && !input.dataset.code ? find(input.value) : {};
    if (sole) take(sole);
  });
  return take;
}
