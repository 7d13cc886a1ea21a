/**
 * The audit of one book in a browser: read its log, replay every entry by the rules, recompute what was published.
 *
 * It finds what audit/verify.py finds, by the same codes and at the same entries; tests/vectors/ holds both to it.
 */

import { Backdating } from "./backdating.js";
import { Book } from "./book.js";
import { encodeUtf8 } from "./bytes.js";
import { parseCheckpoint, signedBy } from "./checkpoint.js";
import { checkCarried } from "./carried.js";
import {
  checkAnchor,
  checkCheckpoint,
  checkKept,
  checkMoney,
  checkName,
  checkRoot,
  checkTiles,
  checkWitnesses,
} from "./checks.js";
import { Disclosures } from "./disclosures.js";
import { parseEntry } from "./entry.js";
import { Refusal, refusal } from "./errors.js";
import { OPENED } from "./founding.js";
import { leafHash } from "./merkle.js";
import { parseNote, parseVkey } from "./note.js";
import { parsePolicy } from "./policy.js";
import { Published } from "./published.js";
import { remarkDistribution, remarkExcess, remarkMixed, remarkNamesakes, remarkUntransferred } from "./remarks.js";
import { FINDINGS_MAX, Report } from "./report.js";
import { SignatureChecker } from "./signatures.js";
import { inOrder } from "./source.js";
import { ENTRIES, NotThere, fetchEntries, tilePath, tilesOf } from "./tiles.js";
import { TYPES } from "./types.js";

const UNAVAILABLE = "unavailable";
const MALFORMED = "malformed";

/** More entries in a row that cannot be parsed are no log. */
const MALFORMED_MAX = 1000;

/**
 * Audit the book at `source`; throws a Refusal only when it cannot be read at all.
 *
 * `trustIn(book, origin)` gives what the reader has from elsewhere of a book, each may be empty: `anchor`, the
 * township's vkey, `policy`, the text of a policy, and `kept`, checkpoints: each as bytes, and whether a file brought it.
 * `byBrowser` tells whether WebCrypto verifies; `pause` lets the page breathe; `progress(done, all)` hears how far it is.
 */
export async function verify(source, { trustIn, byBrowser, pause, progress }) {
  return new Audit(source, byBrowser, pause, progress).run(trustIn);
}

class Audit {
  constructor(source, byBrowser, pause, progress) {
    Object.assign(this, { source, pause, progress });
    this.book = new Book();
    this.figures = this.book.figures;
    this.first = null;
    this.backdating = new Backdating();
    this.malformed = 0; // how many entries before the next one could not be parsed
    this.ended = false;
    this.signatureChecker = new SignatureChecker(byBrowser, pause);
    this.report = new Report();
    const check = (...words) => this.report.check(...words);
    this.format = check("format", "检查点格式规范", "the checkpoint is well-formed");
    this.entries = check("entries", "每条记录格式规范", "every entry is canonical");
    this.rules = check("rules", "每条记录都符合当时的规则", "every entry keeps the rules of its time");
    this.signatures = check("signatures", "每个签名有效且当时有权", "every signature is good and was entitled");
  }

  async run(trustIn) {
    const { book, figures, report } = this;
    const disclosures = new Disclosures(this.source);
    await disclosures.fetch();
    let checkpoint = await this.fetchCheckpoint();
    const published = new Published(this.source, report, book, figures);
    await this.readOn(this.claimedSize(checkpoint), checkpoint, null);
    await this.holds(() => published.fetch());
    if (published.newest > book.size && !this.ended) {
      checkpoint = await this.fetchCheckpoint(); // the book has grown meanwhile: read on
      await this.readOn(this.claimedSize(checkpoint), checkpoint, published);
    }
    published.end(book.size);
    this.entries.count = book.size;
    this.rules.count = book.size;
    this.signatures.count = this.signatureChecker.count;
    await this.checkWhole(checkpoint, trustIn(book.book, this.log?.origin ?? ""));
    await disclosures.check(book, report);
    await checkCarried(this.source, book, report.policy, report);
    const bad = await this.signatureChecker.finish();
    for (const { index, name } of bad) {
      report.find(this.signatures, refusal("signature.invalid", { key: name }), index);
    }
    report.unlist(this.signatures, this.signatureChecker.failed - bad.length);
    this.progress(book.size, book.size);
    const name = book.opened?.organisation.name ?? "";
    const origin = this.log?.origin ?? "";
    const rolls = book.rolls.leaves();
    Object.assign(report, { book: book.book, name, origin, entries: book.size, root: book.root(), checkpoint, rolls });
    report.good = this.good;
    report.sort();
    return report;
  }

  /** How many entries stand before the first with which something is wrong: later ones may rest on it. */
  get good() {
    return Math.min(this.book.size, ...[this.entries, this.rules, this.signatures].map((check) => check.first));
  }

  /** The log as the first entry fixed it, null when there is no readable one. */
  get log() {
    return this.first?.statement.type === OPENED ? this.first.statement.data.log : null;
  }

  async fetchCheckpoint() {
    try {
      return await this.source.fetch("checkpoint");
    } catch (problem) {
      throw problem instanceof NotThere ? refusal("audit.no_checkpoint") : problem;
    }
  }

  /** Return the size that a checkpoint names; its signature is checked once the log's key is known. */
  claimedSize(checkpoint) {
    this.format.count = 1;
    try {
      return parseCheckpoint(parseNote(checkpoint).text).size;
    } catch (problem) {
      if (!(problem instanceof Refusal)) throw problem;
      this.report.find(this.format, problem);
      return 0;
    }
  }

  /**
   * Check the entries from where the book stands up to `size`, and the balances published at each size.
   *
   * Anybody can claim a size. So the reading ends behind a first entry that opens no book, for then nothing can say whose
   * log this is; and behind entries that only somebody makes who wants it to go on for ever.
   */
  async readOn(size, checkpoint, published) {
    const from = this.book.size;
    for await (const [tile, { entries, problem }] of inOrder(bundlesFrom(from, size), (each) => this.bundle(each))) {
      if (problem) {
        this.report.find(this.entries, refusal("audit.bundle", { path: tilePath(tile), problem }), tile.start);
        return;
      }
      for (const note of entries.slice(Math.max(from - tile.start, 0))) {
        this.one(note);
        if (!this.book.log.now) {
          this.ended = true;
          return;
        }
        if (published) await this.holds(() => published.compare());
      }
      await this.signatureChecker.room();
      this.progress(this.book.size, size);
      if (this.isEndless(checkpoint)) {
        this.ended = true;
        return;
      }
      await this.pause();
    }
  }

  /** Tell whether the entries so far are reason to read no further, and report why. */
  isEndless(checkpoint) {
    const { size } = this.book;
    if (this.malformed > MALFORMED_MAX) {
      const facts = { first: size - this.malformed, count: this.malformed };
      this.report.find(this.entries, refusal("audit.rubbish", facts));
      return true;
    }
    const checks = [this.entries, this.rules, this.signatures];
    const count = checks.reduce((sum, { failed }) => sum + failed, this.signatureChecker.failed);
    if (count <= FINDINGS_MAX || this.isSigned(checkpoint)) return false;
    this.report.find(this.format, refusal("audit.unsigned", { size, count }));
    return true;
  }

  /** Tell whether any key that the log has had so far signed a checkpoint; by which it has to be is told later. */
  isSigned(checkpoint) {
    try {
      const keys = this.book.log.origins.flatMap((origin) => origin.keys);
      return signedBy(parseNote(checkpoint), keys).length > 0;
    } catch (problem) {
      if (problem instanceof Refusal) return false;
      throw problem;
    }
  }

  /** Return a bundle's entries, or in words why there are none; what could not be read says nothing about it. */
  async bundle(tile) {
    try {
      return { entries: await fetchEntries(this.source, tile) };
    } catch (problem) {
      if (problem instanceof NotThere) return { problem: problem.message };
      if (!(problem instanceof Refusal) || problem.kind === UNAVAILABLE) throw problem;
      return { problem };
    }
  }

  /** Check one entry; a bad one is reported and, if it can be, still taken in, so that it hides no later one. */
  one(note) {
    const { book } = this;
    const index = book.size;
    let entry;
    try {
      entry = parseEntry(note);
    } catch (problem) {
      this.refused(this.entries, index, problem);
      this.malformed += 1;
      this.skip(note);
      return;
    }
    this.malformed = 0;
    if (index === 0 && entry.statement.type === OPENED) book.book = entry.statement.book;
    if (!this.decided(index, entry) || !this.took(() => book.evolve(entry), index)) {
      this.skip(note);
      return;
    }
    const { type, id, data } = entry.statement;
    if (TYPES[type].moves) this.took(() => this.figures.fold(index, id, data, book.opened?.chart), index);
    this.backdating.look(index, entry.statement);
    if (index === 0) this.first = entry;
  }

  /** Decide; tell whether the entry can be taken in all the same. */
  decided(index, entry) {
    let check = this.signatures;
    try {
      const signers = this.book.signers(entry);
      this.signatureChecker.add(index, entry, signers);
      check = this.rules;
      this.book.decide(entry, signers);
      return true;
    } catch (problem) {
      return this.refused(check, index, problem);
    }
  }

  took(change, index) {
    try {
      change();
      return true;
    } catch (problem) {
      this.refused(this.rules, index, problem);
      return false;
    }
  }

  /** Check what concerns the log as a whole. */
  async checkWhole(checkpoint, { anchor, policy, kept }) {
    const { book, report, source } = this;
    const witnesses = policy ? parsePolicy(encodeUtf8(policy)) : null;
    if (anchor) parseVkey(anchor);
    Object.assign(report, { anchor, policy });
    checkName(source, book, report);
    if (anchor) checkAnchor(this.first, anchor, report);
    if (kept.length) checkKept(kept, book, report);
    const signed = await checkCheckpoint(checkpoint, source, book, report);
    if (witnesses) await this.holds(() => checkWitnesses(checkpoint, signed, witnesses, book, report));
    await this.holds(() => checkRoot(book, signed, report));
    if (book.log.now) await this.holds(() => checkTiles(source, book, report));
    await this.holds(() => checkMoney(this.figures, report));
    this.backdating.remark(report);
    remarkNamesakes(book.roles, report);
    await this.holds(() => remarkUntransferred(book, this.figures.turnover, report));
    await this.holds(() => remarkExcess(book, this.figures, report));
    remarkMixed(this.figures, report);
    await this.holds(() => remarkDistribution(book, this.figures, report));
  }

  /** Look; an error of any kind is a finding too: nothing that a hostile log contains may end its audit. */
  async holds(look) {
    try {
      await look();
    } catch (problem) {
      this.refused(this.rules, null, problem);
    }
  }

  /** Report what was refused; tell whether the entry can be taken in all the same. */
  refused(check, index, problem) {
    if (!(problem instanceof Refusal)) {
      this.report.find(check, refusal("audit.unusable", { problem: String(problem) }), index);
      return false;
    }
    if (problem.kind === UNAVAILABLE) throw problem;
    this.report.find(check, problem, index);
    return problem.kind !== MALFORMED;
  }

  skip(note) {
    this.backdating.skip(this.book.size);
    this.book.tree.append(leafHash(note));
  }
}

function* bundlesFrom(first, size) {
  for (const tile of tilesOf(ENTRIES, size)) if (tile.start + tile.width > first) yield tile;
}
