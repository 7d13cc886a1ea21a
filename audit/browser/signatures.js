/**
 * Signature checking apart from the replay: it goes on in the browser's own threads while the entries are read.
 *
 * WebCrypto's Ed25519 is used where it is there and passes a trial; else our own arithmetic, some ten times slower.
 */

import { isStrict, verifyEd25519 } from "./ed25519.js";
import { encodeHex } from "./bytes.js";

const JOBS_PER_BATCH = 512;
const BATCHES_OPEN = 4;
const JOBS_PER_BREATH = 64;
const BAD_MAX = 1000;

/** RFC 8032 section 7.1, test 2: a key, a message of one byte, its signature. */
const TRIAL = {
  key: "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
  message: "72",
  signature:
    "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da" +
    "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
};

function fromHex(text) {
  return Uint8Array.from(text.match(/../g), (byte) => parseInt(byte, 16));
}

/** Tell whether this browser's WebCrypto verifies Ed25519: it accepts a good signature and refuses a bad one. */
export async function hasWebCrypto() {
  const [key, message, good] = [TRIAL.key, TRIAL.message, TRIAL.signature].map(fromHex);
  const bad = good.slice();
  bad[40] ^= 1;
  try {
    const imported = await importKey(key);
    return (await verifyByBrowser(imported, good, message)) && !(await verifyByBrowser(imported, bad, message));
  } catch {
    return false;
  }
}

function importKey(publicKey) {
  return crypto.subtle.importKey("raw", publicKey, { name: "Ed25519" }, false, ["verify"]);
}

function verifyByBrowser(imported, signature, text) {
  return crypto.subtle.verify({ name: "Ed25519" }, imported, signature, text);
}

/** Checks signatures in batches; `add` what is to be checked, `room` now and then, `finish` at the end. */
export class SignatureChecker {
  /**
   * @param {boolean} byBrowser whether WebCrypto does the arithmetic
   * @param {() => Promise<void>} pause lets the page breathe while our own does
   */
  constructor(byBrowser, pause) {
    this.byBrowser = byBrowser;
    this.pause = pause;
    this.count = 0;
    this.jobs = [];
    this.open = [];
    this.bad = [];
    this.failed = 0;
    this.imported = new Map();
  }

  /** Take in the signatures of an entry and the keys they name. */
  add(index, entry, signers) {
    this.count += signers.length;
    signers.forEach((key, i) => {
      const { name, signature } = entry.signatures[i];
      this.jobs.push({ index, name, publicKey: key.verifier.publicKey, text: entry.text, signature });
    });
  }

  /** Begin on a batch once it is full; wait while too many are open. */
  async room() {
    if (this.jobs.length < JOBS_PER_BATCH) return;
    await this.begin();
    if (this.open.length > BATCHES_OPEN) await this.open.shift();
  }

  async begin() {
    const jobs = this.jobs;
    this.jobs = [];
    if (this.byBrowser) {
      this.open.push(Promise.all(jobs.map((job) => this.check(job))));
      return;
    }
    for (let i = 0; i < jobs.length; i += 1) {
      this.note(jobs[i], verifyEd25519(jobs[i].publicKey, jobs[i].text, jobs[i].signature));
      if (i % JOBS_PER_BREATH === 0) await this.pause();
    }
  }

  /** WebCrypto may be laxer than libsodium about low order and form, so that is looked at here. */
  async check(job) {
    if (!isStrict(job.publicKey, job.signature)) return this.note(job, false);
    try {
      const imported = await this.importOnce(job.publicKey);
      return this.note(job, await verifyByBrowser(imported, job.signature, job.text));
    } catch {
      return this.note(job, verifyEd25519(job.publicKey, job.text, job.signature));
    }
  }

  importOnce(publicKey) {
    const name = encodeHex(publicKey);
    if (!this.imported.has(name)) this.imported.set(name, importKey(publicKey));
    return this.imported.get(name);
  }

  note(job, good) {
    if (good) return;
    this.failed += 1;
    if (this.bad.length < BAD_MAX) this.bad.push({ index: job.index, name: job.name });
  }

  /** Return the first signatures that do not hold, in the order of entries; `failed` is how many they are in all. */
  async finish() {
    await this.begin();
    await Promise.all(this.open);
    return this.bad.sort((a, b) => a.index - b.index || (a.name < b.name ? -1 : 1));
  }
}
