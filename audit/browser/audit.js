/** One audit as a job: in a Worker, so that the page stays responsive, or on the page itself where there is none. */

import { decodeUtf8, encodeUtf8, sameBytes } from "./bytes.js";
import { Refusal, refusal } from "./errors.js";
import { keptOf, logsOf } from "./memory.js";
import { parseVkey } from "./note.js";
import { parsePolicy } from "./policy.js";
import { isRowFile, verifyRow } from "./rows.js";
import { hasWebCrypto } from "./signatures.js";
import { BundleSource, HttpSource } from "./source.js";
import { verify } from "./verify.js";

const PROOF = encodeUtf8("c2sp.org/tlog-proof@");

/**
 * Do a job and return its outcome, a plain object: the report, or `error` when the file or the log could not be read.
 * @param {{bytes: Uint8Array?, place: string, anchor: string, policy: string, memory: object}} job
 * `bytes` is a bundle, or the row of a roll, else `place` is a URL; `memory` is what is remembered by origin, as memory.js has it
 */
export async function runJob(job, { pause, progress }) {
  const began = performance.now();
  const remembered = (origin) => logsOf(job.memory, origin.slice(origin.lastIndexOf("/") + 1), origin);
  try {
    if (job.bytes && isRowFile(job.bytes)) return verifyRow(job.bytes, remembered);
    if (job.bytes && sameBytes(job.bytes.subarray(0, PROOF.length), PROOF)) {
      throw refusal("audit.proof_not_in_the_page", { file: job.place });
    }
    const byBrowser = await hasWebCrypto();
    checkTrust(job);
    const source = job.bytes ? new BundleSource(job.bytes, job.place) : new HttpSource(job.place);
    const trustIn = (...log) => trusted(job, logsOf(job.memory, ...log));
    const report = await verify(source, { trustIn, byBrowser, pause, progress });
    const checkpoint = decodeUtf8(report.checkpoint) ?? "";
    return { ...report, checkpoint, byBrowser, seconds: (performance.now() - began) / 1000 };
  } catch (problem) {
    if (!(problem instanceof Refusal)) throw problem;
    return { error: { rule: problem.code, zh: problem.zh, en: problem.en } };
  }
}

/** What the reader typed is looked at before anything is read. */
function checkTrust({ anchor, policy }) {
  if (anchor) parseVkey(anchor);
  if (policy) parsePolicy(encodeUtf8(policy));
}

/** What the reader typed comes before what is remembered of the book, whatever its origin was. */
function trusted({ anchor, policy }, logs) {
  return {
    anchor: anchor || (logs.find((log) => log.anchor)?.anchor ?? ""),
    policy: policy || (logs.find((log) => log.policy)?.policy ?? ""),
    kept: logs.flatMap((log) => keptOf(log).map((text) => [encodeUtf8(text), text !== log.checkpoint])),
  };
}

/** Answer jobs in a Worker: {progress: [done, all]} as often as needed, at last {outcome} or {failure}. */
export function serveJobs(scope) {
  scope.onmessage = async ({ data }) => {
    const progress = (...done) => scope.postMessage({ progress: done });
    try {
      scope.postMessage({ outcome: await runJob(data, { pause: async () => {}, progress }) });
    } catch (problem) {
      scope.postMessage({ failure: String(problem) });
    }
  };
  scope.postMessage({ ready: true });
}

/** Run a job in a Worker made of the program's own text, or here in short steps where that is impossible. */
export function run(job, programText, progress) {
  return new Promise((resolve, reject) => {
    const pause = () => new Promise((go) => setTimeout(go));
    const here = () => runJob(job, { pause, progress }).then(resolve, reject);
    let worker;
    let ready = false;
    try {
      worker = new Worker(URL.createObjectURL(new Blob([programText], { type: "text/javascript" })));
    } catch {
      here();
      return;
    }
    worker.onerror = (problem) => {
      worker.terminate();
      if (ready) reject(new Error(problem.message));
      else here();
    };
    worker.onmessage = ({ data }) => {
      if (data.ready) {
        ready = true;
        worker.postMessage(job);
      } else if (data.progress) {
        progress(...data.progress);
      } else {
        worker.terminate();
        if (data.outcome) resolve(data.outcome);
        else reject(new Error(data.failure));
      }
    };
  });
}
