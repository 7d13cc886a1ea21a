/** What this browser remembers of each log: the newest checkpoint it has seen, and what its reader trusts. */

const STORE = "sunledger.memory/v1";
const MAX_LOGS = 1000;
const TEXTS = ["checkpoint", "root", "name", "seen", "anchor", "policy"];

let unsaved = null; // where the browser keeps nothing for this page, as for some files: until it is closed

/**
 * Return all that is remembered, by the origin at first: checkpoint (text), size, root, name, seen (date), anchor, policy,
 * rolls (leaf hashes by the entry's index, which an earlier version did not keep).
 */
export function recall() {
  try {
    return parseMemory(localStorage.getItem(STORE) ?? "{}");
  } catch {
    return unsaved ?? {};
  }
}

function parseMemory(text) {
  const logs = Object.entries(JSON.parse(text)).filter(([, log]) => isSound(log));
  return Object.fromEntries(logs.slice(0, MAX_LOGS));
}

/**
 * Return what is remembered of a book, [origin, log] each. The operator chooses the origin, and may choose another for
 * the same book; a log that moved keeps here the origin that its first entry names. So the book's id decides.
 */
export function logsOf(memory, book, origin) {
  return Object.entries(memory).filter(([name]) => name === origin || (book && name.endsWith(`/${book}`)));
}

/** A file that is read in may be from anybody. */
function isSound(log) {
  return Number.isSafeInteger(log?.size) && TEXTS.every((name) => typeof log[name] === "string");
}

function save(memory) {
  try {
    localStorage.setItem(STORE, JSON.stringify(memory));
  } catch {
    unsaved = memory;
  }
}

/** Tell whether what is remembered outlives the page. */
export function lasts() {
  try {
    localStorage.setItem(`${STORE}.trial`, "1");
    localStorage.removeItem(`${STORE}.trial`);
    return true;
  } catch {
    return false;
  }
}

/**
 * Remember a log's checkpoint, if it is signed, is the root of its entries, and extends what was remembered; and what
 * the reader trusted.
 */
export function remember(report) {
  const passed = new Map(report.checks.map((check) => [check.name, check.failed === 0]));
  const sound = ["format", "checkpoint", "root"].every((name) => passed.get(name)) && passed.get("kept") !== false;
  if (!sound || !report.origin || !report.entries) return;
  const seen = new Date().toISOString().slice(0, 10);
  const { checkpoint, entries: size, root, name, anchor, policy, rolls } = report;
  save({ ...recall(), [report.origin]: { checkpoint, size, root, name, seen, anchor, policy, rolls } });
}

/** Forget one log. */
export function forget(origin) {
  const memory = recall();
  delete memory[origin];
  save(memory);
}

/** Return all that is remembered as the text of a file. */
export function exportMemory() {
  return `${JSON.stringify({ format: STORE, logs: recall() }, null, 1)}\n`;
}

/** Take in such a file; of each log the larger checkpoint stays. Return how many it brought. */
export function importMemory(text) {
  const read = JSON.parse(text);
  if (read?.format !== STORE) throw new Error(STORE);
  const [memory, brought] = [recall(), parseMemory(JSON.stringify(read.logs))];
  for (const [origin, log] of Object.entries(brought)) {
    if (!(memory[origin]?.size >= log.size)) memory[origin] = log;
  }
  save(memory);
  return Object.keys(brought).length;
}
