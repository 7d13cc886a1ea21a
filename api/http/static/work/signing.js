/** What a page makes, keeps as a draft and signs in one go: the bytes that are signed say what was typed, or nothing is. */

import { ask } from "./ask.js";
import { checkHistory } from "./history.js";
import { Told, heldKey, signedNote } from "./keys.js";
import { opened } from "./private.js";
import { statementOf } from "./statement.js";

/** Return the key of this name in this browser; throws where there is none. */
export async function requiredKey(name) {
  const held = await heldKey(name);
  if (!held) throw new Told("browserkey.missing", `这个浏览器里没有密钥 ${name}`, `the key ${name} is not in this browser`);
  return held;
}

/** Throw unless a draft is of a book and says what is wanted: a type of entry, and its data. */
export function checkKept({ text, disclosures }, book, type, wanted) {
  const statement = statementOf(text);
  const { data } = opened(statement.data, disclosures);
  if (canonical(data) !== canonical(wanted) || statement.type !== type || statement.book !== book) {
    throw new Told("draft.other_text", "服务器存的与您填的不同，没有签名", "the server kept something else; nothing was signed");
  }
}

/** Sign a draft, and return it as it is then. */
export async function signDraft({ book, id, text }, held) {
  await checkHistory(book, statementOf(text).seen);
  return ask("POST", `/books/${book}/drafts/${id}/signatures`, await signedNote(text, held));
}

function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical)}]`;
  if (typeof value !== "object") return JSON.stringify(value);
  return `{${Object.keys(value).sort().map((name) => `${JSON.stringify(name)}:${canonical(value[name])}`)}}`;
}
