/** The page of a draft: what is signed, who has signed, and what the person who looks at it may do. */

import { acting, ask, bilingual, element, english, filled, problem } from "./ask.js";
import { checkHistory } from "./history.js";
import { Told, heldKey, signedNote } from "./keys.js";
import { isUntold, said, statementOf } from "./statement.js";

const place = (id) => document.getElementById(id);
const { book, draft, key, roles: named } = place("work").dataset;
const roles = JSON.parse(named);
const path = `/books/${book}/drafts/${draft}`;
const STEPS = {
  made: "制单", changed: "改动", signed: "签名", dropped: "签名作废", refused: "拒签", withdrawn: "撤回", posted: "入账",
};

const typedHere = location.hash === "#sign"; // it comes from the form, to be looked at before it is signed

let seen; // the draft as it is on the page: what is signed is this, whatever the server has meanwhile

const office = (name) => name.split("/")[1] ?? name;
const isMaker = ["accountant", "cashier"].includes(office(key));
const role = (name) => roles[office(name)] ?? name;

async function show() {
  seen = undefined; // until it is on the page, nothing can be signed
  place("sign").hidden = true;
  const [found, { accounts }] = await Promise.all([ask("GET", path), ask("GET", `/books/${book}/accounts.json`)]);
  const statement = statementOf(found.text);
  if (statement.book !== book || statement.id !== draft) {
    throw new Told("draft.other_text", "服务器给的不是这张凭证", "the server gives another draft");
  }
  const names = Object.fromEntries(accounts.map((one) => [one.code, one.name]));
  place("said").replaceChildren(said(found.text, names, found.disclosures, found));
  place("state").replaceChildren(...stateOf(found));
  place("steps").replaceChildren(...found.steps.map(step));
  seen = found;
  offer(found);
}

function stateOf(found) {
  if (found.state === "posted") {
    const link = element("a", { href: `/books/${book}/entries/${found.entry}` }, `第 ${found.entry} 号记录`);
    const told = element("p", { className: "state" }, element("strong", {}, "已入账。"), "它是", link, "，谁也不能再改。 ", english(`posted as entry ${found.entry}, for good`));
    return [told, ...toMakeAnew(found)];
  }
  if (found.state === "withdrawn") return [element("p", { className: "state waiting" }, element("strong", {}, "已撤回。"), " ", english("withdrawn"))];
  const shown = [];
  const who = (name) => [role(name), found.people[name]].filter(Boolean).join(" ");
  for (const { zh, en } of found.refusals) shown.push(element("p", { className: "state alarm" }, ...bilingual(zh, en)));
  const made = found.steps.findLast((one) => one.step === "made" || one.step === "changed");
  if (made.words) shown.push(element("p", { className: "state alarm" }, element("strong", {}, "制单时写明："), made.words, " ", english(`said by the ${office(made.key)} who made it`)));
  if (found.problem) shown.push(problem({ ...found.problem }));
  if (isStuck(found)) {
    const words = bilingual("现在不能入账，所以不能签：请改正或撤回它，或先解决上面所说的问题。", "it cannot be posted, so nobody signs it: have it changed or withdrawn, or set right what is said above");
    shown.push(element("p", { className: "state waiting" }, ...words));
  }
  for (const { zh, en, stops } of found.remarks) {
    const heard = stops ? "结账前必须处理：" : "请先看：";
    shown.push(element("p", { className: `state ${stops ? "alarm" : "waiting"}` }, element("strong", {}, heard), zh, element("br"), english(en)));
  }
  for (const { zh, en } of found.lapsed) shown.push(element("p", { className: "state waiting" }, ...bilingual(`${zh}。`, en)));
  shown.push(element("p", { className: "state waiting" }, ...waiting(found, who)));
  return shown;
}

/** Lead whoever makes vouchers on from a red one that is posted to the blue one: they do not wait together. */
function toMakeAnew({ text, named }) {
  const { reverses } = statementOf(text).data;
  const wrong = named.find((one) => reverses && one.id === reverses);
  if (!wrong || !isMaker) return [];
  const link = element("a", { href: `/books/${book}/work/correct/${wrong.entry}?way=订正` }, ...bilingual("另制一张对的（订正）", "make the right one"));
  return [element("p", { className: "state waiting" }, "原来记错了的，接着", link, "；确实作废、不用重记的，到此为止。 ", english("if it was cancelled for good, this is all"))];
}

/** Say who has signed, and for whom it waits: to be changed or withdrawn where it cannot go on, else to be signed. */
function waiting(found, who) {
  const signed = `已签：${found.signatures.map(who).join("、") || "还没有人签"}。`;
  const signers = `signed by: ${found.signatures.map(office).join(", ") || "nobody"}`;
  if (found.mend) return [element("strong", {}, "待改。"), signed, `${found.mend.zh}。 `, english(`${signers}; ${found.mend.en}`)];
  const missing = found.missing.map((one) => roles[one] ?? one).join("、");
  const beside = found.asks.filter((one) => !found.missing.includes(one)).map((one) => roles[one] ?? one).join("、");
  const words = [`waiting; ${signers}`, ...(missing ? [`missing: ${found.missing.join(", ")}`] : []), ...(beside ? ["and the cashier is asked, for it moves cash"] : [])];
  return [element("strong", {}, "待签。"), signed, missing ? `还缺：${missing}。` : "", beside ? `收付现金，也请${beside}签。` : "", " ", english(words.join("; "))];
}

/** Tell whether it could not be posted if all signed; that nobody holds a role may still change. */
const isStuck = ({ problem }) => Boolean(problem) && problem.rule !== "draft.nobody";

function step(one) {
  const at = new Date(one.at).toLocaleString("zh-CN", { timeZone: "Asia/Shanghai", dateStyle: "short", timeStyle: "short" });
  const words = `${at} ${role(one.key)} ${STEPS[one.step]}（第 ${one.revision} 稿）${one.words ? `：${one.words}` : ""}`;
  return element("li", {}, ...bilingual(words, `${one.step} by the ${office(one.key)}, text ${one.revision}`));
}

/** Show what the person may do: sign and refuse while it is open, change and withdraw if they make drafts. */
function offer(found) {
  const open = found.state === "open";
  place("sign").hidden = !open || isStuck(found) || found.signatures.includes(key) || isUntold(found.text, found.disclosures);
  place("refusal").hidden = !open;
  place("making").hidden = !(open && isMaker);
  const typed = statementOf(found.text).type.startsWith("voucher.posted/"); // the form knows vouchers alone
  place("change").hidden = !typed;
  place("anew").hidden = typed || place("making").hidden;
}

/** Say what waits for the person next, and let the keyboard go on there: whoever typed this one goes on typing. */
async function goOn() {
  const { drafts } = await ask("GET", `/books/${book}/drafts`);
  const mine = drafts.filter((one) => one.id !== draft && one.asks.includes(office(key)));
  const words = mine.length
    ? bilingual(`下一张等我签的（还有 ${mine.length} 张）`, `the next that waits for me, of ${mine.length}`)
    : bilingual("没有别的等我签了，回工作台", "nothing else waits for me: back to the desk");
  const link = (path, said, className) => element("a", { className, href: `/books/${book}/work${path}` }, ...said);
  const links = [link(mine.length ? `/drafts/${mine[0].id}` : "", words, `button${typedHere ? " plain" : ""}`)];
  if (typedHere) links.unshift(link(`/new?date=${statementOf(seen.text).data.date}`, bilingual("再制一张", "make another"), "button"), " ");
  place("next").replaceChildren(element("p", {}, ...links));
  links[0].focus();
}

async function act(event, what) {
  await acting(event.submitter ?? event.target, place("told"), what);
}

place("sign").addEventListener("click", (event) =>
  act(event, async () => {
    const held = await heldKey(key);
    if (!held) throw new Told("browserkey.missing", `这个浏览器里没有密钥 ${key}`, `the key ${key} is not in this browser`);
    const { text } = seen;
    await checkHistory(book, statementOf(text).seen);
    await ask("POST", `${path}/signatures`, await signedNote(text, held)).finally(show);
    await goOn();
  }),
);

place("sign").addEventListener("keydown", (event) => {
  if (event.repeat) event.preventDefault(); // the key that sent the form, held down until this page is there, signs nothing
});

place("refusal").addEventListener("submit", (event) => {
  event.preventDefault();
  return act(event, async () => {
    await ask("POST", `${path}/refusals`, { revision: seen.revision, reason: filled(place("reason")) });
    event.target.reset();
    await show();
    await goOn();
  });
});

place("withdraw").addEventListener("click", (event) =>
  act(event, async () => {
    if (!confirm("撤回以后谁也不能再签这张，确定撤回？ / Withdraw it? Nobody can sign it any more.")) return;
    await ask("POST", `${path}/withdrawal`, { revision: seen.revision });
    await show();
  }),
);

await show().catch((told) => place("told").append(problem(told)));
if (typedHere) place("sign").focus({ preventScroll: true }); // what is remarked stands above it
