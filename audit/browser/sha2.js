/** SHA-256 and SHA-512 (FIPS 180-4), at once and without a promise: most of what is hashed here is short. */

import { joinBytes } from "./bytes.js";

const PRIMES = [];
for (let n = 2; PRIMES.length < 80; n += 1) if (PRIMES.every((prime) => n % prime)) PRIMES.push(n);

/** Return the first `bits` bits of the fractional part of the `degree`-th root of n, as a BigInt. */
function rootFraction(n, degree, bits) {
  const scaled = BigInt(n) << BigInt(bits * degree);
  let low = 0n;
  let high = 1n << BigInt(bits + 8);
  while (low + 1n < high) {
    const middle = (low + high) >> 1n;
    if (middle ** BigInt(degree) <= scaled) low = middle;
    else high = middle;
  }
  return BigInt.asUintN(bits, low);
}

const K64 = PRIMES.map((prime) => rootFraction(prime, 3, 64));
const H64 = PRIMES.slice(0, 8).map((prime) => rootFraction(prime, 2, 64));
const K256 = Int32Array.from(K64.slice(0, 64), (word) => Number(BigInt.asIntN(32, word >> 32n)));
const H256 = Int32Array.from(H64, (word) => Number(BigInt.asIntN(32, word >> 32n)));
const K512 = Int32Array.from(K64.flatMap(halves));
const H512 = Int32Array.from(H64.flatMap(halves));

function halves(word) {
  return [Number(BigInt.asIntN(32, word >> 32n)), Number(BigInt.asIntN(32, word))];
}

/** Return the message with its padding: a one bit, zeros, and the length in bits in the last 16 bytes. */
function padded(bytes) {
  const whole = Math.ceil((bytes.length + 17) / 128) * 128;
  const message = new Uint8Array(whole);
  message.set(bytes);
  message[bytes.length] = 0x80;
  const view = new DataView(message.buffer);
  view.setUint32(whole - 8, Math.floor(bytes.length / 0x20000000));
  view.setUint32(whole - 4, (bytes.length << 3) >>> 0);
  return view;
}

function digestOf(state) {
  const digest = new Uint8Array(state.length * 4);
  const view = new DataView(digest.buffer);
  state.forEach((word, i) => view.setInt32(i * 4, word));
  return digest;
}

const W256 = new Int32Array(64);
const STATE = new Int32Array(8);
const TAIL = new Uint8Array(128);

/** Return the 32-byte SHA-256 of a message. */
export function sha256(bytes) {
  const length = bytes.length;
  STATE.set(H256);
  let place = 0;
  for (; place + 64 <= length; place += 64) compress256(bytes, place);
  const rest = length - place;
  const end = rest < 56 ? 64 : 128;
  TAIL.fill(0, rest);
  for (let i = 0; i < rest; i += 1) TAIL[i] = bytes[place + i];
  TAIL[rest] = 0x80;
  let bits = length * 8;
  for (let i = end - 1; bits; i -= 1, bits = Math.floor(bits / 256)) TAIL[i] = bits % 256;
  for (let i = 0; i < end; i += 64) compress256(TAIL, i);
  const digest = new Uint8Array(32);
  for (let i = 0; i < 32; i += 1) digest[i] = STATE[i >> 2] >>> (24 - 8 * (i & 3));
  return digest;
}

/** Take one block of 64 bytes into STATE. */
function compress256(message, place) {
  const w = W256;
  for (let i = 0; i < 16; i += 1, place += 4) {
    w[i] = (message[place] << 24) | (message[place + 1] << 16) | (message[place + 2] << 8) | message[place + 3];
  }
  for (let i = 16; i < 64; i += 1) {
    const x = w[i - 15];
    const y = w[i - 2];
    const s0 = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3);
    const s1 = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10);
    w[i] = (w[i - 16] + s0 + w[i - 7] + s1) | 0;
  }
  let a = STATE[0];
  let b = STATE[1];
  let c = STATE[2];
  let d = STATE[3];
  let e = STATE[4];
  let f = STATE[5];
  let g = STATE[6];
  let h = STATE[7];
  for (let i = 0; i < 64; i += 1) {
    const s1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
    const t1 = (h + s1 + ((e & f) ^ (~e & g)) + K256[i] + w[i]) | 0;
    const s0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
    const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    h = g;
    g = f;
    f = e;
    e = (d + t1) | 0;
    d = c;
    c = b;
    b = a;
    a = (t1 + t2) | 0;
  }
  STATE[0] += a;
  STATE[1] += b;
  STATE[2] += c;
  STATE[3] += d;
  STATE[4] += e;
  STATE[5] += f;
  STATE[6] += g;
  STATE[7] += h;
}

const W512 = new Int32Array(160);

/** Return the 64-byte SHA-512 of the parts of a message, one after another. */
export function sha512(...parts) {
  const message = padded(joinBytes(...parts));
  const state = H512.slice();
  for (let place = 0; place < message.byteLength; place += 128) compress512(state, message, place);
  return digestOf(state);
}

/** The schedule of one block: words of 64 bits as pairs of 32, the high half first. */
function schedule512(message, place) {
  const w = W512;
  for (let i = 0; i < 32; i += 1) w[i] = message.getInt32(place + i * 4);
  for (let i = 32; i < 160; i += 2) {
    const xh = w[i - 30];
    const xl = w[i - 29];
    const yh = w[i - 4];
    const yl = w[i - 3];
    const s0h = ((xh >>> 1) | (xl << 31)) ^ ((xh >>> 8) | (xl << 24)) ^ (xh >>> 7);
    const s0l = ((xl >>> 1) | (xh << 31)) ^ ((xl >>> 8) | (xh << 24)) ^ ((xl >>> 7) | (xh << 25));
    const s1h = ((yh >>> 19) | (yl << 13)) ^ ((yl >>> 29) | (yh << 3)) ^ (yh >>> 6);
    const s1l = ((yl >>> 19) | (yh << 13)) ^ ((yh >>> 29) | (yl << 3)) ^ ((yl >>> 6) | (yh << 26));
    const low = (s0l >>> 0) + (s1l >>> 0) + (w[i - 31] >>> 0) + (w[i - 13] >>> 0);
    w[i] = (s0h + s1h + w[i - 32] + w[i - 14] + Math.floor(low / 0x100000000)) | 0;
    w[i + 1] = low | 0;
  }
}

function compress512(state, message, place) {
  schedule512(message, place);
  const w = W512;
  let [ah, al, bh, bl, ch, cl, dh, dl, eh, el, fh, fl, gh, gl, hh, hl] = state;
  for (let i = 0; i < 160; i += 2) {
    const s1h = ((eh >>> 14) | (el << 18)) ^ ((eh >>> 18) | (el << 14)) ^ ((el >>> 9) | (eh << 23));
    const s1l = ((el >>> 14) | (eh << 18)) ^ ((el >>> 18) | (eh << 14)) ^ ((eh >>> 9) | (el << 23));
    const chosen = ((el & fl) ^ (~el & gl)) >>> 0;
    const low1 = (hl >>> 0) + (s1l >>> 0) + chosen + (K512[i + 1] >>> 0) + (w[i + 1] >>> 0);
    const high1 = (hh + s1h + ((eh & fh) ^ (~eh & gh)) + K512[i] + w[i] + Math.floor(low1 / 0x100000000)) | 0;
    const s0h = ((ah >>> 28) | (al << 4)) ^ ((al >>> 2) | (ah << 30)) ^ ((al >>> 7) | (ah << 25));
    const s0l = ((al >>> 28) | (ah << 4)) ^ ((ah >>> 2) | (al << 30)) ^ ((ah >>> 7) | (al << 25));
    const low2 = (s0l >>> 0) + (((al & bl) ^ (al & cl) ^ (bl & cl)) >>> 0);
    const high2 = s0h + ((ah & bh) ^ (ah & ch) ^ (bh & ch)) + Math.floor(low2 / 0x100000000);
    hh = gh;
    hl = gl;
    gh = fh;
    gl = fl;
    fh = eh;
    fl = el;
    const lowE = (dl >>> 0) + (low1 % 0x100000000);
    eh = (dh + high1 + Math.floor(lowE / 0x100000000)) | 0;
    el = lowE | 0;
    dh = ch;
    dl = cl;
    ch = bh;
    cl = bl;
    bh = ah;
    bl = al;
    const lowA = (low1 % 0x100000000) + (low2 % 0x100000000);
    ah = (high1 + high2 + Math.floor(lowA / 0x100000000)) | 0;
    al = lowA | 0;
  }
  const sums = [ah, al, bh, bl, ch, cl, dh, dl, eh, el, fh, fl, gh, gl, hh, hl];
  for (let i = 0; i < 16; i += 2) {
    const low = (state[i + 1] >>> 0) + (sums[i + 1] >>> 0);
    state[i] = (state[i] + sums[i] + Math.floor(low / 0x100000000)) | 0;
    state[i + 1] = low | 0;
  }
}
