/** The balances that are published beside a log, compared with those of the entries, as audit/published.py does it. */

import { totalsOf, trialBalance } from "./balances.js";
import { decodeUtf8 } from "./bytes.js";
import { refusal } from "./errors.js";
import { COLUMNS } from "./generated.js";
import { formatFen } from "./money.js";
import { isDate, parsePeriod, periodsBetween } from "./period.js";
import { inOrder } from "./source.js";

/** The trial balances of a book, waiting for the audit to reach the size that each one names. */
export class Published {
  constructor(source, report) {
    this.source = source;
    this.report = report;
    this.check = report.check("balances", "公布的余额与日志算出的一致", "published balances follow from the log");
    this.waiting = new Map();
  }

  /** Read all trial balances, and compare those of this very size. */
  async fetch(book, figures) {
    const missing = [];
    const periods = periodsOf(book, figures);
    for await (const [period, served] of inOrder(periods, (each) => this.source.trialBalance(each))) {
      if (served === null) {
        missing.push(period);
        continue;
      }
      this.check.count += 1;
      const trial = readTrial(period, served);
      this.waiting.set(trial.entries, [...(this.waiting.get(trial.entries) ?? []), trial]);
    }
    if (missing.length) this.report.find(this.check, refusal("audit.withheld", { periods: missing.join(", ") }));
    this.compare(book, figures);
  }

  /** The largest size that a trial balance still waits for, 0 when none does. */
  get newest() {
    return Math.max(0, ...this.waiting.keys());
  }

  /** Compare those that name the present size of the replayed book. */
  compare(book, figures) {
    const trials = this.waiting.get(book.size) ?? [];
    this.waiting.delete(book.size);
    for (const trial of trials) this.find(trial, differences(trial, book, figures));
  }

  /** Report those that name a size which the log did not have while they were read. */
  end(size) {
    for (const trials of this.waiting.values()) {
      for (const trial of trials) {
        this.find(trial, [trial.readable ? otherSize(trial.entries, size) : ["无法读取", "unreadable"]]);
      }
    }
  }

  find({ period }, wrong) {
    if (!wrong.length) return;
    const [zh, en] = [wrong.map((words) => words[0]).join("；"), wrong.map((words) => words[1]).join("; ")];
    this.report.find(this.check, refusal("audit.published", { period, zh, en }));
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

function readTrial(period, bytes) {
  let served = null;
  try {
    served = JSON.parse(decodeUtf8(bytes) ?? "");
  } catch {
    // what is no JSON is no trial balance: said below
  }
  if (served === null || typeof served !== "object" || Array.isArray(served)) served = {};
  const entries = Number.isInteger(served.entries) ? served.entries : 0;
  return { period, entries, served, readable: Object.keys(served).length > 0 };
}

/** Return what is wrong with a published trial balance: pairs of Chinese and English words. */
function differences({ period, served }, book, figures) {
  const rows = trialBalance(figures.turnover, (code) => book.accounts.nameOf(code), period);
  const wanted = {
    book: book.book,
    name: book.opened?.organisation.name ?? "",
    from: period,
    period,
    entries: book.size,
    root: book.root(),
    rows,
    totals: totalsOf(rows),
  };
  const fields = [...new Set([...Object.keys(wanted), ...Object.keys(served)])].sort();
  const wrong = fields.filter((field) => !sameJson(served[field] ?? null, wanted[field] ?? null));
  return wrong.map((field) => (field === "rows" ? firstDifference(served.rows, rows) : [field, field]));
}

function sameJson(a, b) {
  if (a === null || b === null || typeof a !== "object" || typeof b !== "object") return a === b;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => key in b && sameJson(a[key], b[key]));
}

/** Say where the first row that differs does. */
function firstDifference(served, rows) {
  const lines = Array.isArray(served) ? served : [];
  const at = rows.findIndex((row, i) => !sameJson(lines[i] ?? null, row));
  if (at >= 0) return rowDifference(lines[at], rows[at]);
  const more = lines.length - rows.length;
  return [`多出 ${more} 行`, `${more} rows too many`];
}

/** Name the account, and the first column that differs with both its amounts in yuan. */
function rowDifference(line, row) {
  const who = `${row.account} ${row.name}`;
  const differing = line?.account === row.account && COLUMNS.find(([figure]) => line[figure] !== row[figure]);
  if (!differing) {
    return [`科目 ${who} 的一行缺失、不在其位或名称不同`, `the row of account ${who} is missing, out of place or named otherwise`];
  }
  const [column, zh, en] = differing;
  const [served, yuan] = [line[column], row[column]].map((fen) => (Number.isSafeInteger(fen) ? formatFen(fen) : "?"));
  return [
    `科目 ${who} 的${zh}公布为 ${served} 元，按日志应为 ${yuan} 元`,
    `account ${who}, ${en}: ${served} yuan published, ${yuan} yuan by the log`,
  ];
}
