/** Money (金额): integers in fen (分), never fractions. */

/** Return yuan with separators and two decimals: -12,345.67. */
export function formatFen(fen) {
  const size = Math.abs(fen);
  const yuan = String(Math.floor(size / 100)).replace(/\B(?=(?:[0-9]{3})+$)/g, ",");
  return `${fen < 0 ? "-" : ""}${yuan}.${String(size % 100).padStart(2, "0")}`;
}

/** Return the sum of amounts, exactly. */
export function sumOf(amounts) {
  return amounts.reduce(exactSum, 0);
}

/** Return a sum; one that cannot be held exactly is no sum. */
export function exactSum(a, b) {
  const sum = a + b;
  if (!Number.isSafeInteger(sum)) throw new Error("a sum beyond 2^53-1 fen");
  return sum;
}
