/** What is published beside a log for each period, compared with what the entries make, as audit/published.py does it. */

import { decodeUtf8 } from "./bytes.js";
import { Phrase, refusal } from "./errors.js";
import { Periods, isOf } from "./forms.js";
import { FORMS } from "./generated.js";
import { formatFen } from "./money.js";
import { isDate, parsePeriod, periodsBetween } from "./period.js";
import { inOrder } from "./source.js";

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
    const forms = FORMS.filter((form) => this.source.publishes(form.name));
    const missing = new Map(forms.map((form) => [form, []]));
    const asked = periodsOf(this.book, this.figures).flatMap((period) =>
      forms.filter(({ name }) => isOf(name, this.book, period)).map((form) => ({ form, period })),
    );
    const fetch = ({ form, period }) => this.source.published(form.name, period);
    for await (const [{ form, period }, bytes] of inOrder(asked, fetch)) {
      if (bytes === null) {
        missing.get(form).push(period);
        continue;
      }
      this.check.count += 1;
      const served = readServed(form, period, bytes);
      this.waiting.set(served.entries, [...(this.waiting.get(served.entries) ?? []), served]);
    }
    for (const [{ said }, periods] of missing) {
      if (!periods.length) continue;
      this.report.find(this.check, refusal("audit.withheld", { form: new Phrase(...said), periods: periods.join(", ") }));
    }
    this.compare();
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
        this.find(served, [served.readable ? otherSize(served.entries, size) : ["无法读取", "unreadable"]]);
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
    read = JSON.parse(decodeUtf8(bytes) ?? "");
  } catch {
    // what is no JSON is nothing that was published: said below
  }
  if (read === null || typeof read !== "object" || Array.isArray(read)) read = {};
  const entries = Number.isInteger(read.entries) ? read.entries : 0;
  return { form, period, entries, read, readable: Object.keys(read).length > 0 };
}

/** Return what is wrong with what was served: pairs of Chinese and English words. */
function differences({ form, read }, wanted) {
  const fields = [...new Set([...Object.keys(wanted), ...Object.keys(read)])].sort();
  const wrong = fields.filter((field) => !sameJson(read[field] ?? null, wanted[field] ?? null));
  return wrong.map((field) =>
    Array.isArray(wanted[field]) ? firstDifference(form, read[field], wanted[field]) : [field, field],
  );
}

function sameJson(a, b) {
  if (a === null || b === null || typeof a !== "object" || typeof b !== "object") return a === b;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => key in b && sameJson(a[key], b[key]));
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
