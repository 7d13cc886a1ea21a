/** What an audit found: checks with their counts, findings that name the entry, as audit/report.py has them. */

/** So many findings about entries are listed, and as many about the log as a whole; more are counted. */
export const FINDINGS_MAX = 1000;

/**
 * The outcome of an audit; there is no finding when all is well. `unlisted` counts findings beyond those listed;
 * `remarks` are no findings, and a reader should know them.
 */
export class Report {
  constructor() {
    Object.assign(this, { book: "", name: "", entries: 0, root: "", checks: [], findings: [], outside: null });
    this.unlisted = 0;
    this.remarks = [];
    this.listed = { entries: 0, whole: 0 };
  }

  /** Begin a check: its name, and what it says when all is well; `first` is the lowest entry that it finds wrong. */
  check(name, zh, en) {
    const check = { name, zh, en, count: 0, failed: 0, first: Infinity };
    this.checks.push(check);
    return check;
  }

  /** Add a finding of a check, or count it only; `entry` is null for the log as a whole. */
  find(check, refusal, entry = null) {
    check.failed += 1;
    check.first = Math.min(check.first, entry ?? Infinity);
    const about = entry === null ? "whole" : "entries";
    if (this.listed[about] === FINDINGS_MAX) {
      this.unlisted += 1;
      return;
    }
    this.listed[about] += 1;
    this.findings.push({ rule: refusal.code, entry, zh: refusal.zh, en: refusal.en });
  }

  /** Tell what is no finding, and a reader should know. */
  warn({ code, zh, en }) {
    this.remarks.push({ rule: code, zh, en });
  }

  /** Count what a check found and kept no more, of whatever entries. */
  unlist(check, count) {
    if (count) check.first = 0;
    check.failed += count;
    this.unlisted += count;
  }

  /** Put the findings in the order of entries, those of the whole log last. */
  sort() {
    const place = (found) => (found.entry === null ? Infinity : found.entry);
    const numbered = this.findings.map((found, i) => ({ found, i }));
    numbered.sort((a, b) => (place(a.found) === place(b.found) ? a.i - b.i : place(a.found) - place(b.found)));
    this.findings = numbered.map(({ found }) => found);
  }
}
