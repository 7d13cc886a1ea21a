/** Where a log is read from: a bundle (公示包) or a server's URL. Nothing else of a server is used. */

import { decodeUtf8, joinBytes } from "./bytes.js";
import { refusal } from "./errors.js";
import { NotThere } from "./tiles.js";
import { Archive } from "./zip.js";

const MAX_FILE_BYTES = 64 * 1024 * 1024;
const AHEAD = 6;
const WHOLE_MS = 120_000;
const SHOWN_FIRST = "trial-balance"; // the report that tells which month a server shows where none is asked for

function unreadable(place, problem) {
  return refusal("audit.unreadable", { place, problem: problem.said ?? problem.message ?? problem });
}

/** A bundle as the place where a log is read from. */
export class BundleSource {
  /** @param {Uint8Array} bytes the file */
  constructor(bytes, place) {
    this.name = "";
    this.place = place;
    this.fetched = new Set();
    try {
      this.archive = new Archive(bytes);
    } catch (problem) {
      throw unreadable(place, problem);
    }
  }

  /** The paths of all members, in their order. */
  get names() {
    return [...this.archive.members.keys()];
  }

  /** The paths of the members that were not fetched so far. */
  get rest() {
    return this.names.filter((name) => !this.fetched.has(name));
  }

  /** Return a member; `NotThere`, or `audit.unreadable` when it is damaged or too large. */
  async fetch(path) {
    let bytes;
    try {
      bytes = this.archive.read(path);
    } catch (problem) {
      throw unreadable(path, problem);
    }
    if (bytes === null) throw new NotThere(path);
    this.fetched.add(path);
    return bytes;
  }

  /** Tell whether anything is published in a form: of the trial balance always, else where a member is there. */
  publishes(form) {
    return form === SHOWN_FIRST || this.membersOf(form).length > 0;
  }

  /** Return the periods that a form is published of, by the members' names. */
  async months(form) {
    return this.membersOf(form).map((name) => name.slice(form.length + 1).replace(/\.json$/, ""));
  }

  membersOf(form) {
    return this.names.filter((name) => name.startsWith(`${form}/`));
  }

  /** Return what was published in a form for a period, or null. */
  async published(form, period) {
    return orNull(this.fetch(`${form}/${period}.json`));
  }
}

/** A book's URL, such as https://host/books/N2330881MF0000013Y; redirections are not followed. */
export class HttpSource {
  constructor(url) {
    if (!/^https?:\/\//.test(url)) throw unreadable(url, "http:// or https:// expected");
    this.url = url.replace(/\/+$/, "");
    this.name = this.url.slice(this.url.lastIndexOf("/") + 1);
  }

  /** Return what the server gives at a path. */
  async fetch(path) {
    const url = `${this.url}/${path}`;
    const control = new AbortController();
    const timer = setTimeout(() => control.abort(), WHOLE_MS);
    try {
      const options = { redirect: "error", credentials: "omit", cache: "no-store", signal: control.signal };
      const answer = await fetch(url, options);
      if (answer.status === 404) throw new NotThere(path);
      if (!answer.ok) throw new Error(`HTTP ${answer.status}`);
      return await readBounded(answer.body.getReader());
    } catch (problem) {
      throw problem instanceof NotThere ? problem : unreadable(url, problem);
    } finally {
      clearTimeout(timer);
      control.abort(); // nothing is read of it any more
    }
  }

  /** A server publishes every form. */
  publishes() {
    return true;
  }

  /** Return the month that the server shows where none is asked for: most readers see that one. */
  async months() {
    const report = await (this.shown ??= orNull(this.fetch(`${SHOWN_FIRST}.json`)));
    return report === null ? [] : [periodIn(report)];
  }

  /** Return what is published in a form for a period, or null. */
  async published(form, period) {
    const found = await orNull(this.fetch(`${form}.json?period=${period}`));
    return found ?? orNull(this.fetch(`${form}/${period}.json`)); // an exported folder, served as it is
  }
}

/** Return the period that a report names, "?" when it cannot be read. */
function periodIn(bytes) {
  try {
    return String(JSON.parse(decodeUtf8(bytes)).period);
  } catch {
    return "?";
  }
}

/** Return all that a reader gives; an Error for more than any file of a log has. */
async function readBounded(reader) {
  const parts = [];
  let size = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return joinBytes(...parts);
    parts.push(value);
    size += value.length;
    if (size > MAX_FILE_BYTES) throw new Error(`more than ${MAX_FILE_BYTES} bytes`);
  }
}

async function orNull(promise) {
  try {
    return await promise;
  } catch (problem) {
    if (problem instanceof NotThere) return null;
    throw problem;
  }
}

/** Yield [item, await fetch(item)] in order, with a few requests under way at a time. */
export async function* inOrder(items, fetch) {
  const open = [];
  for (const item of items) {
    const answer = fetch(item);
    answer.catch(() => {}); // it is thrown when its turn comes, or nobody waits for it any more
    open.push([item, answer]);
    if (open.length > AHEAD) yield settled(open.shift());
  }
  while (open.length) yield settled(open.shift());
}

async function settled([item, answer]) {
  return [item, await answer];
}
