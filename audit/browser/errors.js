/** Rules with a stable code. Their words and kinds are declared in Python alone, and come in `generated.js`. */

import { RULES } from "./generated.js";

/** A statement, or a file, breaks the rule `code`; `zh` and `en` say so, `kind` as in domain/kernel/errors.py. */
export class Refusal extends Error {
  constructor(code, facts) {
    const rule = RULES[code];
    super(code);
    this.code = code;
    this.kind = rule.kind;
    this.zh = filled(rule.zh, facts);
    this.en = filled(rule.en, facts);
  }
}

function filled(template, facts) {
  return template.replace(/\{([a-z_]+)\}/g, (_, name) => String(facts[name]));
}

/** Return the violation of a rule, to be thrown, with `facts` filled into its words. */
export function refusal(code, facts = {}) {
  return new Refusal(code, facts);
}
