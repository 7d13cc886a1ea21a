/** Tiles and entry bundles (瓦片、记录包) after C2SP tlog-tiles: their paths and their bytes. */

import { NO_BYTES } from "./bytes.js";
import { refusal, telling } from "./errors.js";
import { HASH_BYTES } from "./merkle.js";

const TILE_WIDTH = 256;
const TILE_HEIGHT = 8;
const MAX_LEVEL = 63;

/** The `level` of an entry bundle. */
export const ENTRIES = -1;

/** A source says by this that it has no such file. */
export class NotThere extends Error {}

/** List every tile of one level that a log of `size` entries has, each at its present width. */
export function* tilesOf(level, size) {
  const hashes = Math.floor(size / TILE_WIDTH ** Math.max(level, 0));
  for (let index = 0; index * TILE_WIDTH < hashes; index += 1) {
    yield tileAt(level, index, Math.min(hashes - index * TILE_WIDTH, TILE_WIDTH));
  }
}

/** List every tile of hashes of a log. */
export function* hashTiles(size) {
  for (let level = 0; level <= MAX_LEVEL && size >= TILE_WIDTH ** level; level += 1) yield* tilesOf(level, size);
}

function tileAt(level, index, width) {
  return { level, index, width, start: index * TILE_WIDTH * TILE_WIDTH ** Math.max(level, 0) };
}

/** Return a tile's path below the log's prefix. */
export function tilePath({ level, index, width }) {
  let groups = String(index % 1000).padStart(3, "0");
  for (let rest = Math.floor(index / 1000); rest; rest = Math.floor(rest / 1000)) {
    groups = `x${String(rest % 1000).padStart(3, "0")}/${groups}`;
  }
  const partial = width === TILE_WIDTH ? "" : `.p/${width}`;
  return `tile/${level === ENTRIES ? "entries" : level}/${groups}${partial}`;
}

const badBundle = telling("tlog.bad_bundle");

/** Return the entries of a bundle, `width` of them; else `tlog.bad_bundle` is thrown. */
export function decodeBundle(bundle, width) {
  const entries = [];
  let place = 0;
  while (place < bundle.length && entries.length < TILE_WIDTH) {
    const start = place + 2;
    place = start + (bundle[place] << 8) + (bundle[place + 1] ?? 0);
    entries.push(bundle.subarray(start, place));
  }
  if (place !== bundle.length || !entries.length) {
    throw badBundle(
      `被截断、为空，或超过 ${TILE_WIDTH} 条`,
      `it is cut off, empty, or holds more than ${TILE_WIDTH} entries`,
    );
  }
  const held = entries.length;
  if (held !== width) throw badBundle(`应有 ${width} 条，却有 ${held} 条`, `${held} entries, where ${width} are expected`);
  return entries;
}

/** Return the entries of a bundle, from the full one when the partial one is gone (C2SP tlog-tiles). */
export async function fetchEntries(source, tile) {
  const entries = await partOrFull(tile, async (there) =>
    decodeBundle(await source.fetch(tilePath(there)), there.width),
  );
  return entries.slice(0, tile.width);
}

/** Return the bytes of a tile of hashes. */
export async function fetchHashes(source, tile) {
  const hashes = await partOrFull(tile, async (there) => {
    const read = await source.fetch(tilePath(there));
    const expected = there.width * HASH_BYTES;
    if (read.length !== expected) {
      throw refusal("tlog.bad_tile", { path: tilePath(there), expected, read: read.length });
    }
    return read;
  });
  return hashes.subarray(0, tile.width * HASH_BYTES);
}

async function partOrFull(tile, read) {
  try {
    return await read(tile);
  } catch (problem) {
    if (!(problem instanceof NotThere) || tile.width === TILE_WIDTH) throw problem;
    return read(tileAt(tile.level, tile.index, TILE_WIDTH));
  }
}

/** Tell whether the bytes of a tile of hashes follow from the tree. */
export function isTileOf(served, tile, tree) {
  for (let i = 0; i < tile.width; i += 1) {
    const hash = tree.levels[TILE_HEIGHT * tile.level]?.[tile.index * TILE_WIDTH + i] ?? NO_BYTES;
    for (let j = 0; j < HASH_BYTES; j += 1) if (served[i * HASH_BYTES + j] !== hash[j]) return false;
  }
  return true;
}
