/** What this browser remembers of each log: the newest checkpoint it has seen, and what its reader trusts. */

const STORE = "sunledger.memory/v1";
const MAX_LOGS = 1000;
const MAX_BROUGHT = 100;
const TEXTS = ["checkpoint", "root", "name", "seen", "anchor", "policy"];
const SEEN = ["checkpoint", "size", "root", "seen"];
const TRUSTED = [["anchor"], ["policy"], ["good", "rolls"], SEEN]; // what decides which verdict is green: together or not at all
const NUMBER = /^\d+$/; // objects put such names first, so that they would push others out

let unsaved = null; // where the browser keeps nothing for this page, as for some files: until it is closed

/**
 * Return all that is remembered, by the origin at first: checkpoint (text), size, root, name, seen (date), anchor, policy,
 * rolls (leaf hashes by the entry's index), good: how many entries stand before the first bad one, and also: checkpoints that
 * files brought (texts). Earlier versions did not keep the last three, or one text of the last.
 */
export function recall() {
  try {
    return parseMemory(localStorage.getItem(STORE) ?? "{}");
  } catch {
    return unsaved ?? {};
  }
}

function parseMemory(text) {
  const logs = Object.entries(JSON.parse(text)).filter(([origin, log]) => !NUMBER.test(origin) && isSound(log));
  return Object.fromEntries(logs.slice(0, MAX_LOGS));
}

/**
 * Return the logs that are remembered of a book, that of the origin first. The operator chooses the origin, and may choose
 * another for the same book; a log that moved keeps here the origin that its first entry names. So the book's id decides.
 */
export function logsOf(memory, book, origin) {
  const same = Object.keys(memory).filter((name) => name === origin || (book && name.endsWith(`/${book}`)));
  return same.sort((one, two) => (two === origin) - (one === origin)).map((name) => memory[name]);
}

/** Return the checkpoints that a log is to extend, as texts. */
export function keptOf({ checkpoint, also = [] }) {
  return [...new Set([checkpoint].concat(also))].filter((text) => typeof text === "string" && text);
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
 * the reader trusted. A log whose first entry is wrong is nobody's: what is signed by the key that it names proves nothing.
 */
export function remember(report) {
  const passed = new Map(report.checks.map((check) => [check.name, check.failed === 0]));
  const founded = report.checks.every((check) => check.first > 0);
  const sound = ["format", "checkpoint", "root"].every((name) => passed.get(name)) && passed.get("kept") !== false;
  if (!founded || !sound || !report.origin || !report.entries) return;
  const seen = new Date().toISOString().slice(0, 10);
  const { checkpoint, entries: size, root, name, anchor, policy, rolls, good } = report;
  save({ ...recall(), [report.origin]: { checkpoint, size, root, name, seen, anchor, policy, rolls, good } });
}

/** Forget one log, or only what files brought of it. */
export function forget(origin, whole) {
  const memory = recall();
  if (whole || !memory[origin].checkpoint) delete memory[origin];
  else memory[origin].also = [];
  save(memory);
}

/** Return all that is remembered as the text of a file. */
export function exportMemory() {
  return `${JSON.stringify({ format: STORE, logs: recall() }, null, 1)}\n`;
}

/**
 * Take in such a file, which may be from anybody; return how many logs it brought. What this device has seen and trusts
 * stays: of a log that it knows the file's checkpoints are kept beside its own, and all are to be extended. The first that
 * were brought stay: they may be what proves a fork. What the file says that its reader trusts, and has verified and seen,
 * is taken where `trusted(origins)` says so.
 */
export function importMemory(text, trusted) {
  const read = JSON.parse(text);
  if (read?.format !== STORE) throw new Error(STORE);
  const [memory, brought] = [recall(), Object.entries(parseMemory(JSON.stringify(read.logs)))];
  const news = brought.filter(([origin, log]) => TRUSTED.some(([field]) => log[field] && !memory[origin]?.[field]));
  const taken = news.length > 0 && trusted(news.map(([origin]) => origin));
  for (const [origin, log] of brought) {
    const own = memory[origin];
    const seen = own ?? { ...log, checkpoint: "", size: 0, root: "", anchor: "", policy: "", rolls: {}, good: 0 };
    const gained = TRUSTED.filter(([field]) => taken && log[field] && !own?.[field]).flat();
    const merged = { ...seen, ...Object.fromEntries(gained.map((field) => [field, log[field]])) };
    const also = keptOf({ also: [seen, log].flatMap(keptOf) }).filter((text) => text !== merged.checkpoint);
    memory[origin] = { ...merged, also: also.slice(0, MAX_BROUGHT) };
  }
  save(memory);
  return brought.length;
}
