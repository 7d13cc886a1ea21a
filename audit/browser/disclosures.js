/**
 * What stands outside the log, as audit/disclosures.py checks it: each digest is disclosed, withheld or erased, and none
 * of that is wrong by itself. Wrong is a disclosure that no signed digest stands for, and one that is still published
 * although the log says it was erased.
 */

import { digestOf, parseDisclosure } from "./disclosure.js";
import { Refusal, refusal } from "./errors.js";
import { NotThere } from "./tiles.js";

const PATH = "disclosures";
const MAX_LINES = 100_000;
const LINE_ENDS = /\r\n|[\n\r\v\f\x1c-\x1e]/;

/** The public disclosures of a log. They are fetched before its checkpoint: so the log is the newer one. */
export class Disclosures {
  constructor(source) {
    this.source = source;
    this.lines = [];
  }

  /** Read what is published. */
  async fetch() {
    this.lines = await publishedLines(this.source);
  }

  /** Put the state of every digest into the report; what is published fits a digest that was not erased. */
  async check(book, report) {
    const { privacy, rolls } = book;
    const outside = { digests: [], rolls: rolls.committed.size, rows_erased: privacy.erasedRows.size };
    if (this.lines.length || privacy.digests.size) {
      const words = ["公布的披露都与所签的摘要相符", "what is disclosed fits the signed digests"];
      const check = report.check("disclosures", ...words);
      check.count = this.lines.length;
      const said = this.read(check, report);
      const places = placesOf(book, said);
      for (const digest of [...said.keys()].sort()) {
        if (!places.has(digest)) report.find(check, refusal("audit.disclosure", { digest }));
      }
      await this.leaveOutErased(said, privacy.erased, check, report);
      outside.digests = [...places].map(([digest, entry]) => stateOf(digest, entry, said, privacy.erased));
    }
    report.outside = outside;
  }

  /** Return what each disclosure says, by its digest. */
  read(check, report) {
    const said = new Map();
    for (const line of this.lines) {
      try {
        const one = parseDisclosure(line);
        said.set(digestOf(line), one);
      } catch (problem) {
        if (!(problem instanceof Refusal)) throw problem;
        report.find(check, problem);
      }
    }
    return said;
  }

  /** Take out what was erased; what is still published now that the log has been read is a finding. */
  async leaveOutErased(said, erased, check, report) {
    const both = [...said.keys()].filter((digest) => erased.has(digest)).sort();
    if (!both.length) return;
    const still = new Set((await publishedLines(this.source)).map(digestOf));
    for (const digest of both) {
      if (still.has(digest)) report.find(check, refusal("audit.disclosure_erased", { digest }), erased.get(digest));
      said.delete(digest);
    }
  }
}

/** Return the lines of the file, none when there is no such file; what is no ASCII is no disclosure either. */
async function publishedLines(source) {
  try {
    const bytes = await source.fetch(PATH);
    const lines = asciiOf(bytes).split(LINE_ENDS, MAX_LINES + 1);
    if (lines[lines.length - 1] === "") lines.pop();
    return lines.slice(0, MAX_LINES);
  } catch (problem) {
    if (problem instanceof NotThere) return [];
    throw problem;
  }
}

function asciiOf(bytes) {
  return new TextDecoder().decode(bytes.map((byte) => (byte < 0x80 ? byte : 0x3f)));
}

/** Return the entry of every digest; of the keys' holders only those of whom something is said or erased. */
function placesOf({ privacy, roles }, said) {
  const places = new Map();
  for (const { holder, granted } of roles.keys.values()) {
    if (said.has(holder) || privacy.erased.has(holder)) places.set(holder, granted);
  }
  for (const [digest, entry] of privacy.digests) places.set(digest, entry);
  return places;
}

function stateOf(digest, entry, said, erased) {
  if (erased.has(digest)) return { entry, digest, state: "erased", erased_by: erased.get(digest) };
  if (!said.has(digest)) return { entry, digest, state: "withheld" };
  const { name, value } = said.get(digest);
  return { entry, digest, state: "disclosed", name, value };
}
