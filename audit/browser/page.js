/** The page: takes a bundle or an address, shows how far the audit is, and says in words what it found. */

import { run } from "./audit.js";
import { momentOf } from "./checkpoint.js";
import { exportMemory, forget, importMemory, keptOf, lasts, logsOf, recall, remember } from "./memory.js";
import { linesOf, summaryOf } from "./outside.js";
import { wordsOfRow } from "./rows.js";

const FINDINGS_SHOWN = 200;
const PRIVATE_SHOWN = 50;
const [ASKED_MAX, ASKED_LENGTH] = [8, 80];
const LARGE = "sunledger.large";

const $ = (id) => document.getElementById(id);

/** Begin; `programText` is this very program, of which the Worker is made. */
export function startPage(programText) {
  let chosen = null; // the file that was given last, unless an address was typed since
  const take = (file) => {
    chosen = file ?? chosen;
    if (file) start(programText, file);
  };
  $("job").addEventListener("submit", (event) => {
    event.preventDefault();
    start(programText, chosen);
  });
  for (const input of [$("file"), $("import")]) {
    input.addEventListener("click", () => {
      input.value = ""; // else choosing the same file again would be no change
    });
  }
  $("file").addEventListener("change", () => take($("file").files[0]));
  $("url").addEventListener("input", () => {
    chosen = null;
  });
  takeDrops(take);
  enlarge(stored(LARGE) === "1" || asked("large") === "1");
  $("size").addEventListener("click", () => enlarge(!document.documentElement.classList.contains("large")));
  $("import").addEventListener("change", () => bringMemory($("import").files[0]));
  $("export").addEventListener("click", saveMemory);
  showMemory();
  askedFor();
}

/** A link from a village's page says what its reader is used to: large text, and the book. */
function asked(name) {
  return new URLSearchParams(location.search).get(name);
}

function askedFor() {
  const book = asked("book");
  if (book && location.protocol.startsWith("http")) {
    $("url").value = new URL(`/books/${encodeURIComponent(book)}`, location.href).href;
  }
}

function takeDrops(take) {
  const over = (on) => $("drop").classList.toggle("over", on);
  document.addEventListener("dragover", (event) => {
    event.preventDefault();
    over(true);
  });
  document.addEventListener("dragleave", () => over(false));
  document.addEventListener("drop", (event) => {
    event.preventDefault();
    over(false);
    take(event.dataTransfer.files[0]);
  });
}

function stored(name) {
  try {
    return localStorage.getItem(name);
  } catch {
    return null;
  }
}

function enlarge(on) {
  document.documentElement.classList.toggle("large", on);
  $("size").setAttribute("aria-pressed", String(on));
  try {
    localStorage.setItem(LARGE, on ? "1" : "0");
  } catch {
    // it lasts as long as the page
  }
}

/** Verify a bundle, or the address when there is no file. */
async function start(programText, file) {
  const place = file ? file.name : $("url").value.trim();
  if (!place) {
    $("url").focus();
    return;
  }
  busy(true);
  try {
    const bytes = file ? new Uint8Array(await file.arrayBuffer()) : null;
    const policy = $("policy").value.trim();
    const job = { bytes, place, anchor: $("anchor").value.trim(), policy: policy && `${policy}\n`, memory: recall() };
    const outcome = await run(job, programText, showProgress);
    if (outcome.error) showError(outcome.error);
    else if (outcome.row !== undefined) showRow(outcome);
    else showReport(outcome, file ? "" : place);
  } catch (problem) {
    const en = `the program failed, there is no verdict: ${problem.message}`;
    showError({ rule: "", zh: "核对程序出错，没有结论", en });
  }
  busy(false);
  $("result").focus();
}

function busy(on) {
  $("go").disabled = on;
  $("running").hidden = !on;
  if (!on) return;
  $("result").hidden = true;
  $("bar").removeAttribute("value");
  $("stage").textContent = "正在读取… Reading";
}

function showProgress(done, all) {
  $("bar").max = all || 1;
  $("bar").value = done;
  $("stage").textContent = `正在核对：第 ${done} 条，共 ${all} 条 · entry ${done} of ${all}`;
}

/** Return an element of a text, Chinese first, English below it. */
function words(tag, zh, en) {
  const element = document.createElement(tag);
  element.append(zh);
  if (en) {
    const english = document.createElement("span");
    english.lang = "en";
    english.textContent = en;
    element.append(" ", english);
  }
  return element;
}

function fill(id, children) {
  $(id).replaceChildren(...children);
}

/** Fill a list with its first members; `more` says how many are left. */
function fillFirst(id, members, most, show, more) {
  const shown = members.slice(0, most).map(show);
  if (members.length > most) shown.push(words("li", ...more(members.length - most)));
  fill(id, shown);
}

function showVerdict(kind, zh, en) {
  $("result").hidden = false;
  $("result").className = kind;
  fill("verdict", words("span", zh, en).childNodes);
}

function showError({ rule, zh, en }) {
  showVerdict("bad", "无法核对", "could not be verified");
  fill("summary", words("span", zh, en).childNodes);
  if (rule) $("summary").append(code(rule));
  fill("findings", []);
  fill("notes", []); // what was said of the file before
  $("looked").hidden = true;
}

function code(text) {
  const element = document.createElement("code");
  element.textContent = ` ${text}`;
  return element;
}

function showReport(report, url) {
  const known = recall();
  fill("summary", [`${report.name} ${report.book}：${report.entries} 条记录，根 `, code(report.root)]);
  showChecks(report, url);
  showOutside(report.outside);
  fill("notes", notesOn(report, known).map(noteLine));
  remember(report);
  showMemory();
}

/** What is said of the key by which a row's log is signed: it is the file's own word until the log was verified. */
const KEYS = {
  known: [
    "这份清册就是本机核对过的账本里的这一号记录，当时核对了它的签名。",
    "The roll is the entry of this number in the book that this device verified, with its signatures.",
  ],
  newer: [
    "日志公钥与本机核对过的这本账相同，但核对的时候还没有这份清册，或者到它为止有问题；签名没有核对。请重新核对这本账，再打开这个文件：",
    "The log's key is that of the book that this device verified, which did not have this roll then, or had something wrong"
      + " up to it; its signatures are not checked. Verify the book again, then open this file again.",
  ],
  another: [
    "注意：本机核对这本账时，日志用的不是这把公钥；可能换过，请先重新核对这本账：",
    "This device knows the log by another key. It may have been changed: verify the book again first.",
  ],
  unknown: [
    "注意：日志公钥取自文件本身。请先核对这本账，或与公开栏上印的比对：",
    "The log's key is the file's own word: verify the book first, or compare the key with the notice board.",
  ],
};

/** Show a household's row of a roll. */
function showRow({ row, origin, entry, vkey, keyIs, findings, unlisted, checks }) {
  fill("summary", [`${row ? row.book : origin} 第 ${entry} 号记录`]);
  showChecks({ findings, unlisted, checks }, "");
  const open = row && keyIs !== "known";
  if (open) {
    const [zh, en] = keyIs === "newer" ? ["账本还待重新核对", "the book is to be verified again"] : ["日志公钥还待核对", "the log's key is to be checked"];
    showVerdict("open", `证明成立，${zh}`, `the proof holds, ${en}`);
  }
  $("outside").hidden = !row;
  fill("told", []);
  fill("private", row ? wordsOfRow(row).map(([zh, en]) => words("li", zh, en)) : []);
  const note = words("li", ...KEYS[keyIs]);
  if (open) note.append(code(vkey));
  fill("notes", row ? [note] : []);
}

/** Show the verdict, the findings and the checks. */
function showChecks({ findings, unlisted, checks }, url) {
  const count = findings.length + unlisted;
  if (count) showVerdict("bad", `✗ 发现 ${count} 个问题`, count === 1 ? "1 finding" : `${count} findings`);
  else showVerdict("good", "✓ 核对无误", "verified, no findings");
  const show = (found) => finding(found, url);
  const more = (rest) => [`另有 ${rest + unlisted} 个问题`, `and ${rest + unlisted} more`];
  fillFirst("findings", findings, FINDINGS_SHOWN, show, more);
  $("looked").hidden = false;
  fill("checks", checks.map(checkLine));
}

/** What stands outside the log is told apart from the findings: nothing of it is one. */
function showOutside(outside) {
  const summary = summaryOf(outside);
  $("outside").hidden = !summary.length;
  fill("told", summary.map(([zh, en]) => words("p", zh, en)));
  const show = ([zh, en]) => words("li", zh, en);
  fillFirst("private", linesOf(outside), PRIVATE_SHOWN, show, (rest) => [`另有 ${rest} 处`, `and ${rest} more`]);
}

function finding({ rule, entry, zh, en }, url) {
  const at = entry === null ? ["整本账", "the log as a whole"] : [`第 ${entry} 号记录`, `entry ${entry}`];
  const item = words("li", `${at[0]}：${zh}`, `${at[1]}: ${en}`);
  item.append(code(rule));
  Object.assign(item.dataset, { rule, entry: entry ?? "" });
  if (url && entry !== null) item.append(" ", link(`${url.replace(/\/+$/, "")}/entries/${entry}`, "看这条记录"));
  return item;
}

function link(href, text) {
  const element = document.createElement("a");
  Object.assign(element, { href, textContent: text, rel: "noreferrer" });
  return element;
}

function checkLine({ name, zh, en, count, failed }) {
  const mark = failed ? "✗" : count ? "✓" : "–";
  const item = words("li", `${mark} ${zh}（${count}）`, en);
  if (failed) item.className = "bad";
  Object.assign(item.dataset, { check: name, count, failed });
  return item;
}

function noteLine([zh, en, rule]) {
  const item = words("li", zh, en);
  if (rule) {
    item.append(code(rule));
    item.dataset.rule = rule;
  }
  return item;
}

/** What a reader should know beside the findings. */
function notesOn(report, known) {
  const notes = [];
  const before = logsOf(known, report.book, report.origin).find((log) => log.checkpoint);
  if (before) {
    const zh = `本机上次（${before.seen}）见到 ${before.size} 条，现在 ${report.entries} 条。`;
    notes.push([zh, `this device last saw ${before.size} entries, on ${before.seen}; now ${report.entries}`]);
  } else {
    notes.push(["本机第一次见到这本账，没有可比较的。", "this device sees this log for the first time"]);
  }
  if (!report.anchor) {
    notes.push(["没有填乡镇公钥：首条记录里的公钥是账本自己说的。", "no township's key: the log's own word is taken"]);
  }
  if (!report.policy) notes.push(["没有填见证策略：没有核对见证签名。", "no policy: cosignatures were not checked"]);
  for (const { name, time } of report.witnesses ?? []) {
    const when = momentOf(time).slice(0, 16).replace("T", " ");
    notes.push([`见证人 ${name} 于 ${when}（协调世界时）签名。`, `witness ${name} signed at ${when} UTC`]);
  }
  for (const { rule, zh, en } of report.remarks) notes.push([zh, en, rule]);
  const seconds = report.seconds.toFixed(1);
  if (report.byBrowser) notes.push([`用时 ${seconds} 秒。`, `it took ${seconds} s`]);
  else {
    const zh = `用时 ${seconds} 秒。浏览器不能验 Ed25519 签名，由本页自己计算，所以较慢。`;
    notes.push([zh, `it took ${seconds} s: this browser does not verify Ed25519, so this page did, which is slower`]);
  }
  return notes;
}

function showMemory() {
  const memory = Object.entries(recall());
  const zh = lasts()
    ? "下次核对时，账本须延续这里记住的检查点；不是，就是历史被改写或被回退。换手机前请存成文件。"
    : "这个浏览器不替本页保存：请存成文件，下次先读入。";
  fill("lasts", words("span", zh, "A later log must extend these checkpoints.").childNodes);
  fill("memory", memory.map(([origin, log]) => remembered(origin, log)));
}

function remembered(origin, { name, size, seen, also }) {
  const item = words("li", `${name || origin}：${size} 条`, `${origin}, ${size} entries, seen ${seen}`);
  const button = (whole, zh, en) => {
    const made = words("button", zh, en);
    made.type = "button";
    made.addEventListener("click", () => {
      forget(origin, whole);
      showMemory();
    });
    item.append(" ", made);
  };
  button(true, "忘掉", "forget");
  const brought = keptOf({ also }).length;
  if (brought) button(false, `只忘掉文件带来的 ${brought} 个检查点`, "forget only what files brought");
  return item;
}

function saveMemory() {
  $("export").href = URL.createObjectURL(new Blob([exportMemory()], { type: "application/json" }));
}

/** Ask who verified what a file says was verified, and trusts its keys and policies: they decide what is green from then on. */
function areTheirOwn(origins) {
  const shown = origins.slice(0, ASKED_MAX).map((origin) => origin.slice(0, ASKED_LENGTH));
  const names = shown.join("、") + (origins.length > ASKED_MAX ? ` …（${origins.length}）` : "");
  return confirm(
    `文件带来所信任的公钥、策略和核对过的记录：${names}。是您自己存的吗？不是，请按“取消”，只读入检查点。\n`
      + "The file brings trust. Did you save it yourself? If not, cancel: only checkpoints are read.",
  );
}

async function bringMemory(file) {
  if (!file) return;
  try {
    const count = importMemory(await file.text(), areTheirOwn);
    showMemory();
    fill("lasts", words("span", `读入了 ${count} 本账。`, `${count} logs were read.`).childNodes);
  } catch {
    fill("lasts", words("span", "这不是本页存的文件。", "This is no file that this page saved.").childNodes);
  }
}
