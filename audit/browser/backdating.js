/** Entries that say they were signed long before something that their signers had already seen, as audit/backdating.py. */

import { refusal } from "./errors.js";

const CLOCKS_APART_MS = 86_400_000;
const REMEMBERED_MAX = 256;

/** The check, fed with every entry in its order. */
export class Backdating {
  constructor() {
    Object.assign(this, { times: [], first: null, count: 0 });
  }

  /** Hold entry `index` against the newest one that its signers had seen. */
  look(index, { at, seen }) {
    const back = index - seen.n + 1;
    const before = back > 0 && back <= REMEMBERED_MAX ? this.times[(index - back) % REMEMBERED_MAX] : "";
    if (before && Date.parse(before) - Date.parse(at) > CLOCKS_APART_MS) {
      this.count += 1;
      this.first ??= { entry: index, at, seen: index - back, before };
    }
    this.times[index % REMEMBERED_MAX] = at;
  }

  /** Pass over an entry that cannot be read. */
  skip(index) {
    this.times[index % REMEMBERED_MAX] = "";
  }

  /** Remark on what was found: no finding, since a wrong clock is no fault of the book's. */
  remark(report) {
    if (!this.count) return;
    const { entry, at, seen, before } = this.first;
    report.warn(refusal("audit.backdated", { entry, at, seen, before, count: this.count }));
  }
}
