/** Ids that are made here, so that what is sent again after a lost answer is known as the same. */

const DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const [BYTES, LENGTH, BASE] = [10, 26, 32];

/** Return a new ULID: the time in milliseconds, and 80 random bits. */
export function newId() {
  let bits = BigInt(Date.now());
  for (const byte of crypto.getRandomValues(new Uint8Array(BYTES))) bits = (bits << 8n) | BigInt(byte);
  return bits.toString(BASE).padStart(LENGTH, "0").replaceAll(/./g, (digit) => DIGITS[parseInt(digit, BASE)]);
}
