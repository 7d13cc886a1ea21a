/** Inclusion and consistency proofs (包含证明、一致性证明) as RFC 9162 checks them; see audit/tlog/proof.py. */

import { sameBytes } from "./bytes.js";
import { refusal } from "./errors.js";
import { HASH_BYTES, nodeHash } from "./merkle.js";

const half = (number) => Math.floor(number / 2);
const isOdd = (number) => number % 2 === 1;

function areHashes(...parts) {
  return parts.every((part) => part.length === HASH_BYTES);
}

/** Go up until `path` is a right child or the root: on the tree's right edge a node may have no sibling. */
function skipSingleChildren(path, last) {
  while (path && !isOdd(path)) [path, last] = [half(path), half(last)];
  return [path, last];
}

/**
 * Climb from `path`, a node of a level whose last one is `last`, to the root. `left(sibling)` and `right(sibling)` hear
 * on which side each sibling stands. Tells whether there are as many siblings as it takes.
 */
function climb(path, last, siblings, { left, right }) {
  for (const sibling of siblings) {
    if (last === 0) return false;
    if (isOdd(path) || path === last) {
      left(sibling);
      [path, last] = skipSingleChildren(path, last);
    } else right(sibling);
    [path, last] = [half(path), half(last)];
  }
  return last === 0;
}

/** Throw `tlog.bad_proof` unless leaf `index` of the tree of `size` leaves has this hash (section 2.1.3.2). */
export function checkInclusion(leafHash, index, size, proof, root) {
  let found = leafHash;
  const sides = {
    left: (sibling) => (found = nodeHash(sibling, found)),
    right: (sibling) => (found = nodeHash(found, sibling)),
  };
  const sound = index >= 0 && index < size && areHashes(leafHash, ...proof);
  if (!sound || !climb(index, size - 1, proof, sides) || !sameBytes(found, root)) throw refusal("tlog.bad_proof");
}

/**
 * Throw `tlog.bad_proof` unless the tree of `old` leaves is a prefix of the tree of `size` (section 2.1.4.2). Equal
 * sizes ask for equal roots and no proof; an empty older tree is refused: it would prove nothing.
 */
export function checkConsistency(old, oldRoot, size, root, proof) {
  const sound = old > 0 && old <= size && areHashes(oldRoot, root, ...proof);
  if (!sound || !isPrefix(old, oldRoot, size, root, proof)) throw refusal("tlog.bad_proof");
}

function isPrefix(old, oldRoot, size, root, proof) {
  if (old === size) return !proof.length && sameBytes(oldRoot, root);
  if (!proof.length) return false;
  let [path, last] = [old - 1, size - 1];
  while (isOdd(path)) [path, last] = [half(path), half(last)];
  const [first, ...siblings] = path === 0 ? [oldRoot, ...proof] : proof; // a power of two is a subtree of its own
  let [before, after] = [first, first];
  const sides = {
    left: (sibling) => ([before, after] = [nodeHash(sibling, before), nodeHash(sibling, after)]),
    right: (sibling) => (after = nodeHash(after, sibling)),
  };
  return climb(path, last, siblings, sides) && sameBytes(before, oldRoot) && sameBytes(after, root);
}
