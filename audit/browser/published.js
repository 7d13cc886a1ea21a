/** What is published beside a log for each period, compared with what the entries make, as audit/published.py does it. */

import { decodeUtf8 } from "./bytes.js";
import { Phrase, refusal } from "./errors.js";
import { Periods, isOf } from "./forms.js";
import { FORMS } from "./generated.js";
import { formatFen } from "./money.js";
import { isDate, isPeriod, parsePeriod, periodsBetween } from "./period.js";
import { inOrder } from "./source.js";

const NAME_MAX = 40;

/** All that is published of a book's periods, waiting for the audit to reach the size that each names. */
export class Published {
  constructor(source, report, book, figures) {
    Object.assign(this, { source, report, book, figures });
    const title = ["公布的余额和报表与日志算出的一致", "published balances and statements follow from the log"];
    this.check = report.check("balances", ...title);
    this.waiting = new Map();
  }

  /** Read all that is published, and compare what is of this very size. */
  async fetch() {
    const periods = periodsOf(this.book, this.figures);
    const forms = FORMS.filter((form) => periods.length && this.source.publishes(form.name));
    const missing = new Map(forms.map((form) => [form, []]));
    const asked = periods.flatMap((period) =>
      forms.filter(({ name }) => isOf(name, this.book, period)).map((form) => ({ form, period })),
    );
    const fetch = ({ form, period }) => this.source.published(form.name, period);
    for await (const [{ form, period }, bytes] of inOrder(asked, fetch)) {
      if (bytes === null) missing.get(form).push(period);
      else this.take(form, period, bytes);
    }
    for (const form of forms) await this.takeOthers(form, periods);
    this.remarkAbsent(forms, periods);
    for (const [{ said }, periods] of missing) {
      if (!periods.length) continue;
      this.report.find(this.check, refusal("audit.withheld", { form: new Phrase(...said), periods: periods.join(", ") }));
    }
    this.compare();
  }

  /**
   * Take what is published of months without a voucher: before the book's first, or after the last that has one. A server
   * shows the month of today, and that is the one that most readers see.
   */
  async takeOthers(form, periods) {
    const first = periods[0];
    for (const period of await this.source.months(form.name)) {
      const known = isPeriod(period);
      if ((period >= first && period <= periods.at(-1)) || (known && !isOf(form.name, this.book, period))) continue;
      if (period < first || !known) {
        this.find({ form, period: period.slice(0, NAME_MAX) }, [["账套没有这个会计期间", "the book has no such period"]]);
        continue;
      }
      const bytes = await this.source.published(form.name, period);
      if (bytes !== null) this.take(form, period, bytes);
    }
  }

  /** Let what was served wait for its size. */
  take(form, period, bytes) {
    this.check.count += 1;
    const served = readServed(form, period, bytes);
    this.waiting.set(served.entries, [...(this.waiting.get(served.entries) ?? []), served]);
  }

  /** Remark on what is published in no period, where other forms are: somebody may have taken it out. */
  remarkAbsent(forms, periods) {
    const absent = FORMS.filter(
      (form) => forms.length && !forms.includes(form) && periods.some((period) => isOf(form.name, this.book, period)),
    );
    if (!absent.length) return;
    const [zh, en] = [["、", 0], [", ", 1]].map(([between, language]) => absent.map(({ said }) => said[language]).join(between));
    this.report.warn(refusal("audit.form_absent", { forms: new Phrase(zh, en) }));
  }

  /** The largest size that anything still waits for, 0 when nothing does. */
  get newest() {
    return Math.max(0, ...this.waiting.keys());
  }

  /** Compare what names the present size of the replayed book. */
  compare() {
    const waiting = this.waiting.get(this.book.size);
    if (!waiting) return;
    this.waiting.delete(this.book.size);
    const computed = new Periods(this.book, this.figures);
    for (const served of waiting) {
      this.find(served, differences(served, computed.stands(served.form.name, served.period)));
    }
  }

  /** Report what names a size which the log did not have while it was read. */
  end(size) {
    for (const waiting of this.waiting.values()) {
      for (const served of waiting) {
        this.find(served, [served.readable ? otherSize(served.entries, size) : ["无法读取，或有字段出现两次", "unreadable, or a field stands in it twice"]]);
      }
    }
  }

  find({ form, period }, wrong) {
    if (!wrong.length) return;
    const [zh, en] = [wrong.map((words) => words[0]).join("；"), wrong.map((words) => words[1]).join("; ")];
    this.report.find(this.check, refusal("audit.published", { form: new Phrase(...form.said), period, zh, en }));
  }
}

function otherSize(entries, size) {
  if (entries <= size) return [`它只算到 ${entries} 条记录`, `it counts ${entries} entries only`];
  return [
    `它算到第 ${entries} 条记录，而检查点只签到 ${size} 条，有记录还没有签入日志`,
    `it counts ${entries} entries and the checkpoint covers ${size}: entries wait for the log's signature`,
  ];
}

function periodsOf(book, figures) {
  if (!book.periods.first) return [];
  const first = parsePeriod(book.periods.first);
  return periodsBetween(first, isDate(figures.newest) ? figures.newest.slice(0, 7) : first);
}

function readServed(form, period, bytes) {
  let read = null;
  try {
    const text = decodeUtf8(bytes) ?? "";
    read = JSON.parse(text);
    if (fieldsOf(read) !== namesIn(text)) read = null;
  } catch {
    // what is no JSON is nothing that was published: said below
  }
  if (read === null || typeof read !== "object" || Array.isArray(read)) read = {};
  const entries = Number.isSafeInteger(read.entries) ? read.entries : 0;
  return { form, period, entries, read, readable: Object.keys(read).length > 0 };
}

/** Return how many fields a value has in all, and how many names of fields stand in its text: more where one stands twice. */
function fieldsOf(value) {
  if (value === null || typeof value !== "object") return 0;
  const parts = Object.values(value);
  return parts.reduce((total, part) => total + fieldsOf(part), Array.isArray(value) ? 0 : parts.length);
}

function namesIn(text) {
  let count = 0;
  for (const [, colon] of text.matchAll(/"(?:[^"\\]|\\.)*"\s*(:)?/g)) if (colon) count += 1;
  return count;
}

/** Return what is wrong with what was served: pairs of Chinese and English words. */
function differences({ form, read }, wanted) {
  const fields = [...new Set([...Object.keys(wanted), ...Object.keys(read)])].sort();
  const wrong = fields.filter((field) => !sameJson(own(read, field), own(wanted, field)));
  return wrong.map((field) =>
    Array.isArray(wanted[field]) ? firstDifference(form, read[field], wanted[field]) : [field, field],
  );
}

/** Return a field as it was served: what an object inherits was not. */
function own(object, field) {
  return Object.hasOwn(object, field) ? object[field] : null;
}

function sameJson(a, b) {
  if (a === null || b === null || typeof a !== "object" || typeof b !== "object") return a === b;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && sameJson(a[key], b[key]));
}

/** Say where the first line that differs does. */
function firstDifference(form, served, wanted) {
  const lines = Array.isArray(served) ? served : [];
  const at = wanted.findIndex((line, i) => !sameJson(lines[i] ?? null, line));
  if (at >= 0) return lineDifference(form, lines[at], wanted[at]);
  const more = lines.length - wanted.length;
  return [`多出 ${more} 行`, `${more} rows too many`];
}

/** Name the account or the line, and the first column that differs with both its amounts in yuan. */
function lineDifference({ columns }, read, line) {
  const key = "account" in line ? "account" : "key";
  const [zh, en] = whoOf(line);
  const differing = read?.[key] === line[key] && columns.find(([column]) => read[column] !== line[column]);
  if (!differing) {
    return [`${zh} 的一行缺失、不在其位或名称不同`, `the row of ${en} is missing, out of place or named otherwise`];
  }
  const [column, said, saidEn] = differing;
  const [served, yuan] = [read[column], line[column]].map((fen) => (Number.isSafeInteger(fen) ? formatFen(fen) : "?"));
  return [
    `${zh} 的${said}公布为 ${served} 元，按日志应为 ${yuan} 元`,
    `${en}, ${saidEn}: ${served} yuan published, ${yuan} yuan by the log`,
  ];
}

function whoOf({ account, name, name_en }) {
  if (account) return [`科目 ${account} ${name}`, `account ${account} ${name}`];
  return [`项目 ${name}`, `line ${name_en}`];
}
