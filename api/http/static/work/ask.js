/** How the pages of the workspace ask the server, and say what it refuses. */

import { Told, heldKeys, signedNote } from "./keys.js";

const HEADER = "sunledger.session/v1\n";

/** Return the answer to a request, as JSON; throws `Told` with what the server refuses. */
export async function ask(method, path, content) {
  const asIs = content === undefined || typeof content === "string" || content instanceof Blob;
  const body = asIs ? content : JSON.stringify(content);
  let answer;
  try {
    answer = await fetch(path, { method, body, headers: { Accept: "application/json" } });
  } catch {
    throw new Told("request.unanswered", "连不上服务器，请看网络后再试", "the server does not answer; try again");
  }
  const read = answer.status === 204 ? {} : await answer.json().catch(() => ({}));
  if (answer.ok) return read;
  const unsaid = `HTTP ${answer.status}`;
  throw new Told(read.rule ?? "request.fault", read.detail_zh ?? unsaid, read.detail ?? unsaid, read.facts);
}

/** Sign in to the book of a key: sign the server's challenge, if it is one for this book and nothing else. */
export async function signIn(held) {
  const book = bookOf(held);
  const { text } = await ask("POST", `/books/${book}/sessions/challenge`);
  const asked = text.startsWith(HEADER) ? JSON.parse(text.slice(HEADER.length)) : {};
  if (asked.book !== book) {
    throw new Told("session.challenge", "服务器要签的不是登录文书，没有签名", "the server asks to sign something else");
  }
  return ask("POST", `/books/${book}/sessions`, await signedNote(text, held));
}

/** Sign in with all keys of this browser; return what each could not do, by the key's name. */
export async function signInWithAll() {
  const refused = new Map();
  for (const held of await heldKeys()) {
    await signIn(held).catch((told) => refused.set(held.name, told));
  }
  return refused;
}

/** Return the book of a key. */
export const bookOf = (held) => held.name.split("/")[0];

/** Run what a person asked for; say in `place` what is refused. Meanwhile nothing in the same form can be pressed. */
export async function acting(button, place, act) {
  if (button.disabled) return; // the keyboard sends a form with a button that cannot be pressed
  const pressed = [button, ...(button.form?.querySelectorAll("button, input[type=file]") ?? [])];
  const shut = (disabled) => pressed.forEach((one) => Object.assign(one, { disabled }));
  shut(true);
  place.replaceChildren();
  try {
    await act();
  } catch (told) {
    place.append(problem(told));
  } finally {
    shut(false);
  }
}

/** The most characters of a text, where its field tells no other number (`data-most`), and those that it has none of, as domain/kernel/statement.py says. */
const TEXT_MAX = 200;
const UNSEEN = /[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ufeff]/;
const SHOWN_MAX = 20;

/** Return what a field is called on its label, in Chinese and English. */
export const labelOf = (input) => [...input.labels[0].childNodes].map((part) => part.textContent.trim());

/** Return the text of a field, which may be empty; throws one that is too long, or has what nobody sees. */
export function textOf(input, [zh, en] = labelOf(input)) {
  const text = input.value.trim();
  const { length } = [...text]; // characters, as the server counts them
  const shown = length > SHOWN_MAX ? `${[...text].slice(0, SHOWN_MAX).join("")}…` : text;
  const [unseen] = UNSEEN.exec(input instanceof HTMLTextAreaElement ? text.replaceAll(/[\t\n]/g, " ") : text) ?? [];
  if (unseen) {
    const [called, seen] = [`U+${unseen.codePointAt(0).toString(16).toUpperCase().padStart(4, "0")}`, shown.replaceAll(new RegExp(UNSEEN, "g"), "□")];
    throw mistyped(input, "request.text", `${zh}「${seen}」里有看不见的字符（${called}，写作 □），多半是粘贴带来的；请删去它，或者重新手打`, `the ${en} '${seen}' has a character that nobody sees (${called}, shown as □), most likely pasted: delete it, or type the text anew`);
  }
  const most = Number(input.dataset.most ?? TEXT_MAX);
  if (length > most) {
    throw mistyped(input, "request.text", `${zh}「${shown}」有 ${length} 个字，至多 ${most} 个；请写短些`, `the ${en} '${shown}' has ${length} characters, and at most ${most} are taken: make it shorter`);
  }
  return text;
}

/** Return what stands in a field that is to be filled in, by the name on its label; throws where nothing does. */
export function filled(input) {
  const text = textOf(input);
  if (text) return text;
  const [zh, en] = labelOf(input);
  throw mistyped(input, "voucher.blank_text", `请填写${zh}`, `fill in the ${en}`);
}

/** Return what is wrong with a field, for whoever throws it; the field is marked, and one types there. */
export function mistyped(input, rule, zh, en) {
  mark(input, zh, en);
  input.focus();
  return new Told(rule, zh, en);
}

/** Say beside a field what is wrong with it, until something else is typed there; nothing moves under whoever is about to click. */
export function mark(input, zh, en) {
  const told = element("p", { className: "wrong", id: `${input.id}-wrong` }, ...bilingual(zh, en));
  document.getElementById(told.id)?.replaceWith(told);
  if (told.isConnected) return;
  const described = input.getAttribute("aria-describedby") ?? "";
  input.after(told);
  input.setAttribute("aria-invalid", "true");
  input.setAttribute("aria-describedby", `${told.id} ${described}`.trim());
  input.addEventListener("input", () => {
    document.getElementById(told.id)?.remove();
    input.removeAttribute("aria-invalid");
    input.setAttribute("aria-describedby", described);
  }, { once: true });
}

/** Return what was refused, as an alert; what is in the way can be looked at, where the server says where it is. */
export function problem(told) {
  const box = element("div", { className: "state alarm", role: "alert" });
  box.append(element("p", {}, told.zh ?? String(told)));
  if (told.en) box.append(element("p", { lang: "en", className: "note" }, `${told.en} [${told.rule}]`));
  if (told.facts?.see) box.append(element("p", {}, element("a", { href: told.facts.see }, ...bilingual("打开那一张", "open it"))));
  if (SIGNED_OUT.includes(told.rule)) box.append(element("p", {}, signingInAgain(box)));
  return box;
}

const SIGNED_OUT = ["session.needed", "session.ended"];

/** Return a link to sign in again that leaves what was typed: with the keys of this browser here, else on a page beside this one. */
function signingInAgain(box) {
  const href = `/work?to=${encodeURIComponent(location.pathname + location.search)}`;
  const link = element("a", { href, target: "_blank" }, ...bilingual("重新登录，填好的都留着", "sign in again; what you typed stays"));
  heldKeys().then((held) => {
    if (held.length > 0) link.addEventListener("click", (event) => {
      event.preventDefault();
      signInHere(box).catch((told) => box.append(problem(told)));
    });
  });
  return link;
}

async function signInHere(box) {
  const refused = await signInWithAll();
  const { books } = await ask("GET", "/session");
  if (books.some(({ book }) => location.pathname.startsWith(`/books/${book}/`))) {
    box.replaceWith(element("p", { className: "state", role: "status" }, ...bilingual("已重新登录，请再做一次刚才的事。", "signed in again: do once more what you just did")));
  } else box.append(...[...refused.values()].map(problem));
}

/** Return a text in English, small, as it stands after the Chinese on every page. */
export const english = (en) => element("span", { lang: "en", className: "note" }, en);

/** Return a text in Chinese with the English after it. */
export const bilingual = (zh, en) => [zh, " ", english(en)];

/** Return an element with properties, and texts or elements in it. */
export function element(name, properties = {}, ...content) {
  const made = document.createElement(name);
  for (const [property, value] of Object.entries(properties)) {
    if (property in made) made[property] = value;
    else made.setAttribute(property, value);
  }
  made.append(...content);
  return made;
}
