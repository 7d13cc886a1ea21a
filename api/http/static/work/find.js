/** Finding an account by its code, a part of its name, or the initials of its name in pinyin (拼音首字母). */

import { element } from "./ask.js";

// the first characters of each initial in the order of pinyin, which every browser's collation knows
const FIRST = [..."阿八嚓哒妸发旮哈讥咔垃痳拏噢妑七呥扨它穵夕丫帀"];
const LETTERS = "abcdefghjklmnopqrstwxyz";
const order = new Intl.Collator("zh-Hans-CN-u-co-pinyin");
const SHOWN_MAX = 12;

/** Return the initials of a name: 银行存款 gives yhck. */
export function initials(name) {
  return [...name].map(initial).join("");
}

function initial(character) {
  if (/[a-z0-9]/i.test(character)) return character.toLowerCase();
  if (!/\p{Script=Han}/u.test(character)) return "";
  return LETTERS[FIRST.findLastIndex((first) => order.compare(first, character) <= 0)] ?? "";
}

/** Return what finds accounts: a function from what was typed to those that match, the best first. */
export function finder(accounts) {
  const known = accounts.filter((one) => one.leaf).map((one) => ({ ...one, initials: initials(one.name) }));
  const tests = [
    (one, typed) => one.code === typed,
    (one, typed) => one.code.startsWith(typed),
    (one, typed) => one.initials.startsWith(typed),
    (one, typed) => one.name.includes(typed),
    (one, typed) => one.initials.includes(typed),
  ];
  return (read) => {
    const typed = read.normalize("NFKC").trim().toLowerCase();
    const found = tests.flatMap((test) => known.filter((one) => typed && test(one, typed)));
    return [...new Set(found)].slice(0, SHOWN_MAX);
  };
}

/**
 * Let an input find accounts: arrows choose, Enter and Tab take, Escape leaves. It hears "taken" when one is taken.
 * @param {HTMLInputElement} input whose dataset.code is the code that was taken
 * @param {(typed: string) => {code: string, name: string}[]} find
 */
export function findingIn(input, find) {
  const list = element("ul", { role: "listbox", className: "found", hidden: true, id: `${input.id}-found` });
  input.after(list);
  for (const [name, value] of Object.entries({ role: "combobox", "aria-controls": list.id, "aria-expanded": "false" })) {
    input.setAttribute(name, value);
  }
  let [found, chosen] = [[], 0];

  const draw = () => {
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
    if (list.hidden) input.removeAttribute("aria-activedescendant");
    else input.setAttribute("aria-activedescendant", `${list.id}-${chosen}`);
  };
  const take = (one) => {
    input.value = `${one.code} ${one.name}`;
    input.dataset.code = one.code;
    [found, chosen] = [[], 0];
    draw();
    input.dispatchEvent(new Event("taken"));
  };

  input.addEventListener("input", () => {
    delete input.dataset.code;
    [found, chosen] = [find(input.value), 0];
    draw();
  });
  input.addEventListener("keydown", (event) => {
    if (found.length === 0) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      chosen = (chosen + step + found.length) % found.length;
      draw();
      event.preventDefault();
    } else if (event.key === "Enter" || event.key === "Tab") {
      take(found[chosen]);
    } else if (event.key === "Escape") {
      found = [];
      draw();
    }
  });
  input.addEventListener("blur", () => {
    found = [];
    draw();
  });
  return take;
}
