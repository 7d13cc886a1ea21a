/** A detail account is added (增设明细科目) beside a voucher that is typed. */

import { acting, ask, bilingual, element, english, filled, mistyped } from "./ask.js";
import { Told } from "./keys.js";
import { checkKept, requiredKey, signDraft } from "./signing.js";

const TYPE = "account.added/1";

/** Return the next code below an account that has none yet: 51403 where 51401 and 51402 are. */
function nextBelow(accounts, above) {
  const used = new Set(accounts.map(({ code }) => code));
  const numbers = Array.from({ length: 99 }, (_, at) => above + String(at + 1).padStart(2, "0"));
  return numbers.find((code) => !used.has(code)) ?? above;
}

/** Return the code that was typed; throws what is none. */
function codeOf(input) {
  const code = filled(input);
  if (/^[1-9][0-9]{2}([0-9]{2}){0,3}$/.test(code)) return code;
  throw mistyped(input, "account.code", `编码「${code}」应为 3、5、7 或 9 位数字；请填上级科目的编码，或者下面还没有用过的编码`, `the code ${code} has to have 3, 5, 7 or 9 digits: write that of the account above, or one below it that is not used yet`);
}

/**
 * Let a part of the page add a detail account. Who may sign it alone does so here, after having seen what is remarked on it;
 * else its draft is there for whoever may.
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
  let looked; // the draft whose remarks are on the page, and what it says: pressed again, it is signed
  button.addEventListener("click", () => acting(button, told, async () => {
    const data = { code: codeOf(code), name: filled(name) };
    told.append(...(await add(data)));
    if (!looked) code.value = name.value = "";
  }));

  /** Return what is to be said: what is remarked on the account, of one that was looked at or has no remark that it is there. */
  async function add(data) {
    const made = looked?.says === JSON.stringify(data) ? looked.made : await drafted(data);
    if (made.remarks.length && made !== looked?.made) {
      looked = { made, says: JSON.stringify(data) };
      return remarked(made);
    }
    looked = undefined;
    const { entry } = made.missing.includes(key.split("/")[1]) ? await signed(made, data) : made;
    if (entry === null) {
      const href = `/books/${book}/work/drafts/${made.id}`;
      const link = element("a", { href, target: "_blank" }, `${data.code} ${data.name}`);
      return [state("已制成待签：", link, ...bilingual("。会计签名后就能用；这里填的都留着。", "waits for the accountant; what you typed here stays"))];
    }
    await added({ ...data, leaf: true, balance_fen: 0 });
    return [state(...bilingual(`已增设 ${data.code} ${data.name}，第 ${entry} 号记录。`, `added by entry ${entry}`))];
  }

  /** Make the draft of an account, in the place of one whose remarks were looked at. */
  async function drafted(data) {
    if (looked) await withdraw(looked.made);
    looked = undefined;
    const made = await ask("POST", `/books/${book}/drafts`, { type: TYPE, data });
    if (!made.problem) return made;
    await withdraw(made);
    throw new Told(made.problem.rule, made.problem.zh, made.problem.en);
  }

  const withdraw = ({ id, revision }) => ask("POST", `/books/${book}/drafts/${id}/withdrawal`, { revision });

  /** Return what is remarked on an account, with what one may do then. */
  function remarked(made) {
    const leave = element("button", { type: "button", className: "plain" }, ...bilingual("不增设", "do not add it"));
    leave.addEventListener("click", () => acting(leave, told, async () => {
      await withdraw(made);
      looked = undefined;
      told.append(state(...bilingual("没有增设。", "not added")));
    }));
    return [
      ...made.remarks.map(({ zh, en }) => waiting(element("strong", {}, "请先看："), zh, element("br"), english(en))),
      waiting(...bilingual("还没有增设，也没有签名。看过了还要增设，就再点一次「增设」；名称可以先改。", "not added or signed yet: press add once more to do so all the same, or give it another name first"), " ", leave),
    ];
  }

  async function signed(made, data) {
    const held = await requiredKey(key);
    checkKept(made, book, TYPE, data);
    return signDraft(made, held);
  }
}

const state = (...content) => element("p", { className: "state" }, ...content);
const waiting = (...content) => element("p", { className: "state waiting" }, ...content);
