/** Accounting periods (会计期间) and dates, as the strings that stand in entries (domain/kernel/period.py). */

import { refusal } from "./errors.js";

const PERIOD = /^(?:19[5-9]|20[0-9]|194(?=9))[0-9]-(?:0[1-9]|1[0-2])$/;
const DATE = /^([0-9]{4})-([0-9]{2})-([0-9]{2})$/;
const MOMENT =
  /^([0-9]{4}-[0-9]{2}-[0-9]{2})T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:Z|[+-](?:[01][0-9]|2[0-3]):[0-5][0-9])$/;
const LAST_PERIOD = "2099-12";
const PERIODS_AHEAD_MAX = 12;

/** Tell whether a text is a period from 1949 to 2099. */
export function isPeriod(text) {
  return PERIOD.test(text);
}

/** Throw `period.malformed` for what is no period from 1949 to 2099. */
export function parsePeriod(text) {
  if (!isPeriod(text)) throw refusal("period.malformed", { read: text.slice(0, 40) });
  return text;
}

function isReal(text) {
  const parts = DATE.exec(text);
  if (!parts) return false;
  const [year, month, day] = parts.slice(1).map(Number);
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  const days = [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1];
  return year >= 1 && day >= 1 && day <= (days ?? 0);
}

/** Tell whether a text is a real date from 1949 to 2099. */
export function isDate(text) {
  return isReal(text) && text >= "1949" && text < "2100";
}

/** Tell whether a text is a moment after RFC 3339 with seconds and offset. */
export function isTimestamp(text) {
  const parts = MOMENT.exec(text);
  return parts !== null && isReal(parts[1]);
}

/** Return the period after. */
export function nextPeriod(period) {
  const parts = /^([0-9]{4}).([0-9]{1,2})$/.exec(period);
  if (!parts) throw new Error(`${period} is no period`);
  const [year, month] = [Number(parts[1]), Number(parts[2])];
  const next = year + Math.floor(month / 12);
  return `${String(next).padStart(4, "0")}-${String((month % 12) + 1).padStart(2, "0")}`;
}

/** Return the periods from `first` to `last`, both included. */
export function periodsBetween(first, last) {
  const found = [];
  for (let period = first; period <= last; period = nextPeriod(period)) found.push(period);
  return found;
}

/** Throw `period.too_far_ahead` if a period lies further ahead of the moment of signing than anyone plans. */
export function checkNear(period, at) {
  const month = at.slice(0, 7);
  let latest = month < LAST_PERIOD ? month : LAST_PERIOD;
  for (let i = 0; i < PERIODS_AHEAD_MAX; i += 1) latest = nextPeriod(latest);
  if (period > latest) throw refusal("period.too_far_ahead", { period, at, latest, limit: PERIODS_AHEAD_MAX });
}

/** Periods are open from `nextToClose` on; `first` is the book's first period. */
export class Periods {
  constructor() {
    this.first = "";
    this.closedThrough = "";
  }

  get nextToClose() {
    return this.closedThrough ? nextPeriod(this.closedThrough) : this.first;
  }

  /** Throw what forbids a posting of that date, signed at `at`. */
  requireOpen(date, at) {
    if (!isDate(date)) throw refusal("date.malformed", { read: date.slice(0, 40) });
    const period = date.slice(0, 7);
    if (period < this.first) throw refusal("period.before_first", { date, first: this.first });
    if (period <= this.closedThrough) throw refusal("period.closed", { period, open: this.nextToClose });
    checkNear(period, at);
  }

  /** The oldest open period closes, no sooner than it begins. */
  decideClose(text, at) {
    const period = parsePeriod(text);
    if (period <= this.closedThrough) throw refusal("period.closed", { period, open: this.nextToClose });
    if (period !== this.nextToClose) throw refusal("period.out_of_order", { expected: this.nextToClose, period });
    if (period > at.slice(0, 7)) throw refusal("period.not_begun", { period, at });
  }
}
