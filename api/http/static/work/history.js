/** The history that a draft names (`seen`), held against the log, and against what this browser saw when it last signed. */

import { encodeBase64 } from "../verify/bytes.js";
import { openCheckpoint } from "../verify/checkpoint.js";
import { HASH_BYTES, nodeHash } from "../verify/merkle.js";
import { parseVkey } from "../verify/note.js";
import { fetchHashes } from "../verify/tiles.js";
import { Told } from "./keys.js";

const STORE = "sunledger.seen/v1";
const TILE_WIDTH = 256;
const TILE_HEIGHT = 8;

const other = (zh, en) => new Told("draft.history", `${zh}没有签名；请核对整本账`, `${en} nothing was signed; verify the book`);

/**
 * Throw unless the entries that a statement has seen are those of the book's log, and the log is the one that this
 * browser saw before; remember how far it has got.
 * @param {string} book
 * @param {{n: number, r: string}} seen
 */
export async function checkHistory(book, seen) {
  const asked = new Map(); // the roots of several sizes are made of the same tiles
  const source = {
    fetch: (path) => asked.get(path) ?? asked.set(path, fetched(`/books/${book}/${path}`)).get(path),
  };
  const decoder = new TextDecoder();
  const key = parseVkey(decoder.decode(await source.fetch("log.vkey")).trim());
  const head = openCheckpoint(await source.fetch("checkpoint"), key);
  const before = recalled()[book];
  if (!(seen.n > 0 && seen.n <= head.size) || (await rootAt(source, head.size, seen.n)) !== seen.r) {
    throw other("凭证所说的历史不是日志里的，", "the history that the draft names is not that of the log:");
  }
  if (before && (before.n > head.size || (await rootAt(source, head.size, before.n)) !== before.r)) {
    throw other("日志的历史与您上次签名时看到的不同，", "the log is not the one that you saw when you last signed:");
  }
  const newest = { n: head.size, r: await rootAt(source, head.size, head.size) };
  if (newest.r !== encodeBase64(head.root)) throw other("日志的检查点与它的内容不符，", "the checkpoint does not fit the log:");
  localStorage.setItem(STORE, JSON.stringify({ ...recalled(), [book]: newest }));
}

function recalled() {
  return JSON.parse(localStorage.getItem(STORE) ?? "{}");
}

async function fetched(path) {
  const answer = await fetch(path, { cache: path.includes("/tile/") ? "default" : "no-cache" }); // a tile never changes
  if (!answer.ok) throw new Told("request.unanswered", `读不到日志（${path}）`, `the log cannot be read (${path})`);
  return new Uint8Array(await answer.arrayBuffer());
}

/** Return the base64 root of the first `count` of the log's `size` entries, from its tiles. */
async function rootAt(source, size, count) {
  let root = null;
  for (let [rest, level] = [count, 0]; rest > 0; rest = Math.floor(rest / 2), level += 1) {
    if (rest % 2 === 0) continue; // the complete subtrees of the prefix, from the smallest to the left
    const left = await subtree(source, size, level, rest - 1);
    root = root === null ? left : nodeHash(left, root);
  }
  return encodeBase64(root);
}

/** Return the hash over the 2 ** level entries from index * 2 ** level on. */
async function subtree(source, size, level, index) {
  const above = level % TILE_HEIGHT;
  const count = 2 ** above;
  const first = index * count;
  const tile = { level: Math.floor(level / TILE_HEIGHT), index: Math.floor(first / TILE_WIDTH) };
  const hashes = Math.floor(size / TILE_WIDTH ** tile.level);
  tile.width = Math.min(hashes - tile.index * TILE_WIDTH, TILE_WIDTH);
  const bytes = await fetchHashes(source, tile);
  const start = first % TILE_WIDTH;
  let row = Array.from({ length: count }, (_, at) => bytes.slice((start + at) * HASH_BYTES, (start + at + 1) * HASH_BYTES));
  while (row.length > 1) row = row.filter((_, at) => at % 2 === 0).map((left, at) => nodeHash(left, row[2 * at + 1]));
  return row[0];
}
