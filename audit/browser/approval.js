/** The approval policy (审批制度) as domain/policy/ has it: which roles must sign, by amount. */

import { refusal } from "./errors.js";
import { requireRoles } from "./roles.js";

const DEFAULT_TIERS = [{ from_fen: 0, roles: ["accountant", "head"], resolution: false, to_fen: undefined }];

/** The tiers in force. */
export class Approval {
  constructor() {
    this.tiers = DEFAULT_TIERS;
  }

  /** Return the tier of a voucher of that amount: the last whose lower end is not above, found by halves. */
  tier(amount) {
    let [low, high] = [0, this.tiers.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (amount < this.tiers[middle].from_fen) high = middle;
      else low = middle + 1;
    }
    return this.tiers[low ? low - 1 : this.tiers.length - 1];
  }
}

/** The tiers cover every amount once; township, head and supervisor sign. */
export function decideSet({ data: { tiers } }, signers) {
  let expected = 0;
  tiers.forEach((tier, i) => {
    const ends = tier.to_fen === undefined;
    const empty = !ends && tier.to_fen <= tier.from_fen;
    if (tier.from_fen !== expected || ends !== (i + 1 === tiers.length) || empty) {
      throw refusal("policy.tiers", { number: i + 1 });
    }
    expected = tier.to_fen;
  });
  requireRoles(signers, ["township", "head", "supervisor"]);
}
