/** A detail account is added (增设明细科目) beside a voucher that is typed. */

import { acting, ask, bilingual, element, filled } from "./ask.js";
import { Told } from "./keys.js";
import { checkKept, requiredKey, signDraft } from "./signing.js";

const TYPE = "account.added/1";

/** Return the next code below an account that has none yet: 51403 where 51401 and 51402 are. */
function nextBelow(accounts, above) {
  const used = new Set(accounts.map(({ code }) => code));
  const numbers = Array.from({ length: 99 }, (_, at) => above + String(at + 1).padStart(2, "0"));
  return numbers.find((code) => !used.has(code)) ?? above;
}

/**
 * Let a part of the page add a detail account. Who may sign it alone does so here; else its draft is there for whoever may.
 * @param {{book: string, key: string}} who
 * @param {() => object[]} known the accounts of the book
 * @param {(account: object) => Promise<void>} added hears of one that is in the book now
 */
export function adding({ book, key }, known, added) {
  const place = (id) => document.getElementById(id);
  const [code, name, button, told] = ["account-code", "account-name", "addaccount", "account-told"].map(place);
  code.addEventListener("change", () => {
    const typed = code.value.normalize("NFKC").trim();
    const above = known().find((one) => one.code === typed);
    code.value = above ? nextBelow(known(), typed) : typed;
  });
  button.addEventListener("click", () => acting(button, told, async () => {
    const data = { code: filled(code), name: filled(name) };
    told.append(element("p", { className: "state" }, ...(await add(data))));
    code.value = name.value = "";
  }));

  async function add(data) {
    const made = await ask("POST", `/books/${book}/drafts`, { type: TYPE, data });
    if (made.problem) {
      await ask("POST", `/books/${book}/drafts/${made.id}/withdrawal`, { revision: made.revision });
      throw new Told(made.problem.rule, made.problem.zh, made.problem.en);
    }
    const { entry } = made.missing.includes(key.split("/")[1]) ? await signed(made, data) : made;
    if (entry === null) {
      const href = `/books/${book}/work/drafts/${made.id}`;
      const link = element("a", { href, target: "_blank" }, `${data.code} ${data.name}`);
      return ["已制成待签：", link, ...bilingual("。会计签名后就能用；这里填的都留着。", "waits for the accountant; what you typed here stays")];
    }
    await added({ ...data, leaf: true, balance_fen: 0 });
    return bilingual(`已增设 ${data.code} ${data.name}，第 ${entry} 号记录。`, `added by entry ${entry}`);
  }

  async function signed(made, data) {
    const held = await requiredKey(key);
    checkKept(made, book, TYPE, data);
    return signDraft(made, held);
  }
}
