/**
 * Ed25519 (RFC 8032), verifying only, on public data only: nothing here needs to hide what it computes.
 *
 * As strict as libsodium: A and R of low order or written non-canonically, and S >= L, are refused, and the equation
 * is the one without cofactor, R == S*B - h*A. `isStrict` is the part that other implementations may leave out; it
 * is asked before WebCrypto too. Points are extended coordinates (X, Y, Z, T) with x = X/Z, y = Y/Z, T = XY/Z.
 */

import { encodeHex, sameBytes } from "./bytes.js";
import { sha512 } from "./sha2.js";

const P = 2n ** 255n - 19n;
const L = 2n ** 252n + 27742317777372353535851937790883648493n;
const D = mod(-121665n * power(121666n, P - 2n));
const D2 = mod(2n * D);
const SQRT_MINUS_1 = power(2n, (P - 1n) / 4n);
const MASK = 2n ** 255n - 1n;

const WINDOW_BITS = 8;
const WINDOWS = 33; // a scalar below 2**256 in signed digits of 8 bits, and one for the last carry
const HALF_WINDOW = 1 << (WINDOW_BITS - 1);

function mod(value) {
  const rest = value % P;
  return rest < 0n ? rest + P : rest;
}

function power(base, exponent) {
  let result = 1n;
  for (let square = mod(base); exponent; exponent >>= 1n, square = mod(square * square)) {
    if (exponent & 1n) result = mod(result * square);
  }
  return result;
}

/** Return the inverse by Euclid's algorithm, which on public data may take the time it takes. */
function inverse(value) {
  let [a, b, x, y] = [mod(value), P, 1n, 0n];
  while (a) {
    const times = b / a;
    [a, b, x, y] = [b - times * a, a, y - times * x, x];
  }
  return mod(y);
}

function number(bytes) {
  return BigInt(`0x${encodeHex(bytes.slice().reverse())}`);
}

const IDENTITY = [0n, 1n, 1n, 0n];

function double([x, y, z]) {
  const a = (x * x) % P;
  const b = (y * y) % P;
  const c = 2n * z * z;
  const h = a + b;
  const e = h - (x + y) ** 2n;
  const g = a - b;
  const f = c + g;
  return [(e * f) % P, (g * h) % P, (f * g) % P, (e * h) % P];
}

/** Prepare a point for `add`: (Y + X, Y - X, 2dT, 2Z). */
function prepared([x, y, z, t]) {
  return [y + x, y - x, (D2 * t) % P, 2n * z];
}

function negated([sum, difference, t, z]) {
  return [difference, sum, -t, z];
}

function add([x, y, z, t], [sum, difference, t2, z2]) {
  const a = ((y - x) * difference) % P;
  const b = ((y + x) * sum) % P;
  const c = (t * t2) % P;
  const d = (z * z2) % P;
  const e = b - a;
  const f = d - c;
  const g = d + c;
  const h = b + a;
  return [(e * f) % P, (g * h) % P, (f * g) % P, (e * h) % P];
}

/** Return the 32 bytes of a point. */
function encodePoint([x, y, z]) {
  const scale = inverse(z);
  let rest = mod(y * scale) | ((mod(x * scale) & 1n) << 255n);
  const bytes = new Uint8Array(32);
  for (let i = 0; i < 32; i += 1, rest >>= 8n) bytes[i] = Number(rest & 0xffn);
  return bytes;
}

/** Return the point of 32 bytes (RFC 8032 section 5.1.3), null when there is none or it is written otherwise. */
function decodePoint(bytes) {
  const encoded = number(bytes);
  const y = encoded & MASK;
  if (y >= P) return null;
  const [u, v] = [mod(y * y - 1n), mod(D * y * y + 1n)];
  let x = mod(u * v ** 3n * power(u * v ** 7n, (P - 5n) / 8n));
  if (mod(v * x * x) !== u) x = mod(x * SQRT_MINUS_1);
  if (mod(v * x * x) !== u) return null;
  const odd = encoded >> 255n;
  if (x === 0n && odd) return null;
  if ((x & 1n) !== odd) x = P - x;
  return [x, y, 1n, mod(x * y)];
}

const BASE = decodePoint(Uint8Array.from({ length: 32 }, (_, i) => (i ? 0x66 : 0x58)));

/** Return scalar * point. */
function multiply(point, scalar) {
  const table = [prepared(point)];
  for (let i = 1, sum = point; i < 15; i += 1) {
    sum = add(sum, table[0]);
    table.push(prepared(sum));
  }
  let result = IDENTITY;
  for (let shift = 252n; shift >= 0n; shift -= 4n) {
    for (let i = 0; i < 4; i += 1) result = double(result);
    const digit = Number((scalar >> shift) & 15n);
    if (digit) result = add(result, table[digit - 1]);
  }
  return result;
}

/** The multiples of one point by which it is multiplied without doubling: worth it from some ten signatures on. */
class Multiples {
  constructor(point) {
    this.windows = [];
    for (let window = 0, start = point; window < WINDOWS; window += 1) {
      const step = prepared(start);
      const row = [step];
      for (let i = 1, sum = start; i < HALF_WINDOW; i += 1) {
        sum = add(sum, step);
        row.push(prepared(sum));
      }
      this.windows.push(row);
      for (let i = 0; i < WINDOW_BITS; i += 1) start = double(start);
    }
  }

  /** Return sum + scalar * point; the scalar is 32 bytes, little-endian. */
  addTo(sum, scalar) {
    let carry = 0;
    for (let window = 0; window < WINDOWS; window += 1) {
      let digit = (window < 32 ? scalar[window] : 0) + carry;
      carry = digit > HALF_WINDOW ? 1 : 0;
      if (carry) digit -= 1 << WINDOW_BITS;
      const row = this.windows[window];
      if (digit > 0) sum = add(sum, row[digit - 1]);
      else if (digit < 0) sum = add(sum, negated(row[-digit - 1]));
    }
    return sum;
  }
}

/** The encodings, canonical and not, of the eight points of low order. */
const LOW_ORDER = new Set();
for (const [, y] of lowOrderPoints()) {
  for (let value = y; value <= MASK; value += P) {
    for (const sign of [0n, 1n]) LOW_ORDER.add(value | (sign << 255n));
  }
}

/** Return the points whose order divides 8: the multiples of L times any point whose order is 8 L. */
function lowOrderPoints() {
  for (let y = 2; ; y += 1) {
    const bytes = new Uint8Array(32);
    bytes[0] = y;
    const point = decodePoint(bytes);
    if (!point) continue;
    const torsion = multiply(point, L);
    const found = Array.from({ length: 8 }, (_, i) => multiply(torsion, BigInt(i)));
    const affine = found.map(([x, yy, z]) => [mod(x * inverse(z)), mod(yy * inverse(z))]);
    if (new Set(affine.map(String)).size === 8) return affine;
  }
}

/** The first two bytes of everything that has to be looked at closely: of low order, or not below p. */
const SUSPECT = new Set([0xffff]);
for (const encoded of LOW_ORDER) SUSPECT.add(Number(encoded & 0xffffn));
for (let first = 0xed; first < 0xff; first += 1) SUSPECT.add(0xff00 | first);

function isCanonicalAndOfHighOrder(bytes) {
  if (!SUSPECT.has(bytes[0] | (bytes[1] << 8))) return true;
  const encoded = number(bytes.subarray(0, 32));
  return (encoded & MASK) < P && !LOW_ORDER.has(encoded);
}

/**
 * Tell whether a signature passes what libsodium looks at before the equation: lengths, S < L, and that A and R are
 * canonical and of no low order.
 */
export function isStrict(publicKey, signature) {
  if (publicKey.length !== 32 || signature.length !== 64) return false;
  if (signature[63] > 0x10 || (signature[63] === 0x10 && number(signature.subarray(32)) >= L)) return false;
  return isCanonicalAndOfHighOrder(signature) && isCanonicalAndOfHighOrder(publicKey);
}

/** Tell whether a key is a canonical point of the prime subgroup: asked when it is registered. */
export function isValidPublicKey(publicKey) {
  if (publicKey.length !== 32 || !isCanonicalAndOfHighOrder(publicKey)) return false;
  const point = decodePoint(publicKey);
  if (!point) return false;
  const [x, y, z] = multiply(point, L);
  return mod(x) === 0n && mod(y) === mod(z);
}

const USES_BEFORE_MULTIPLES = 12;
const MULTIPLES_MAX = 16;
const multiplesOf = new Map();
let baseMultiples = null;

/** Verify a signature by our own arithmetic. */
export function verifyEd25519(publicKey, message, signature) {
  if (!isStrict(publicKey, signature)) return false;
  const known = knownKey(publicKey);
  if (!known.negative) return false;
  baseMultiples = baseMultiples ?? new Multiples(BASE);
  const r = signature.subarray(0, 32);
  const h = number(sha512(r, publicKey, message)) % L;
  const hA = known.multiples
    ? known.multiples.addTo(IDENTITY, scalarBytes(h))
    : multiply(known.negative, h);
  return sameBytes(encodePoint(baseMultiples.addTo(hA, signature.subarray(32))), r);
}

function scalarBytes(scalar) {
  const bytes = new Uint8Array(32);
  for (let i = 0; i < 32; i += 1, scalar >>= 8n) bytes[i] = Number(scalar & 0xffn);
  return bytes;
}

/** Return -A, and its multiples once it was asked for often; few keys are kept, whatever a log contains. */
function knownKey(publicKey) {
  const name = encodeHex(publicKey);
  let known = multiplesOf.get(name);
  if (!known) {
    const point = decodePoint(publicKey);
    known = { negative: point && [mod(-point[0]), point[1], 1n, mod(-point[3])], uses: 0, multiples: null };
    if (multiplesOf.size >= MULTIPLES_MAX) multiplesOf.delete(multiplesOf.keys().next().value);
    multiplesOf.set(name, known);
  }
  known.uses += 1;
  if (known.uses === USES_BEFORE_MULTIPLES && known.negative) known.multiples = new Multiples(known.negative);
  return known;
}
