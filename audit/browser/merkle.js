/** Merkle tree hashes (默克尔树) after RFC 6962 section 2.1. */

import { NO_BYTES } from "./bytes.js";
import { sha256 } from "./sha2.js";

export const HASH_BYTES = 32;
export const EMPTY_ROOT = sha256(NO_BYTES);

/** Return the hash of a leaf that holds `data`. */
export function leafHash(data) {
  const message = new Uint8Array(1 + data.length);
  message.set(data, 1);
  return sha256(message);
}

const pair = new Uint8Array(65);
pair[0] = 1;

/** Return the hash of the node above two subtrees. */
export function nodeHash(left, right) {
  pair.set(left, 1);
  pair.set(right, 33);
  return sha256(pair);
}

/** An append-only tree of `size` leaves; level k holds the hashes of all complete subtrees of 2**k leaves. */
export class Tree {
  constructor() {
    this.levels = [[]];
    this.size = 0;
  }

  /** Add a leaf by its 32-byte hash. */
  append(hash) {
    this.levels[0].push(hash);
    let odd = this.size;
    this.size += 1;
    for (let level = 0; odd & 1; level += 1, odd >>>= 1) {
      const row = this.levels[level];
      if (level + 1 === this.levels.length) this.levels.push([]);
      this.levels[level + 1].push(nodeHash(row[row.length - 2], row[row.length - 1]));
    }
  }

  /** Return the root over the first `size` leaves. */
  root(size = this.size) {
    if (!(size >= 0 && size <= this.size)) throw new RangeError(`no prefix of ${size} leaves in ${this.size}`);
    let root = null;
    for (let rest = size; rest; ) {
      // the complete subtrees of the prefix, from the rightmost and smallest to the left
      const level = 31 - Math.clz32(rest & -rest);
      rest ^= 1 << level;
      const left = this.levels[level][rest >>> level];
      root = root ? nodeHash(left, root) : left;
    }
    return root ?? EMPTY_ROOT;
  }
}
