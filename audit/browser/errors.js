/** Rules with a stable code. Their words and kinds are declared in Python alone, and come in `generated.js`. */

import { RULES } from "./generated.js";

/** A fact in words: each message of a rule has it in its own language. */
export class Phrase {
  constructor(zh, en) {
    this.zh = zh;
    this.en = en;
  }
}

/** A statement, or a file, breaks the rule `code`; `zh` and `en` say so, `kind` as in domain/kernel/errors.py. */
export class Refusal extends Error {
  constructor(code, facts) {
    const [kind, zh, en] = RULES[code];
    super(code);
    Object.assign(this, { code, kind, zh: filled(zh, facts, "zh"), en: filled(en, facts, "en") });
  }
}

const SHOWN_MAX = 300; // what was read may be a whole file in one cell

function filled(template, facts, language) {
  return template.replace(/\{([a-z_]+)\}/g, (_, name) => {
    const fact = facts[name];
    if (fact instanceof Refusal) return `${fact[language]} [${fact.code}]`; // the reason of a refusal may be a refusal
    return fact instanceof Phrase ? fact[language] : shortened(String(fact));
  });
}

function shortened(text) {
  const shown = text.length > SHOWN_MAX ? [...text] : [];
  return shown.length > SHOWN_MAX ? `${shown.slice(0, SHOWN_MAX).join("")}…` : text;
}

/** Return the violation of a rule, to be thrown, with `facts` filled into its words. */
export function refusal(code, facts = {}) {
  return new Refusal(code, facts);
}

/** Return what makes the violation of a rule that is told in words, given in both languages, what is wrong. */
export function telling(code) {
  return (zh, en) => refusal(code, { problem: new Phrase(zh, en) });
}
