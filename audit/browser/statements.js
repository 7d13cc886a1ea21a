/** What may be said (陈述): the shape of the `data` of every entry type, as the structs in the slices of domain/ have it. */

import {
  accountCode,
  anyText,
  attachmentCount,
  bool,
  count,
  digest,
  division,
  fen,
  invoiceNumber,
  list,
  logVkey,
  oneOf,
  optionalText,
  origin,
  plannedFen,
  quantity,
  rowCount,
  rowsRoot,
  seenRoot,
  sha256Hex,
  signature64,
  struct,
  text,
  unit,
  vkey,
  year,
} from "./shapes.js";

const ROLES = ["accountant", "cashier", "head", "supervisor", "township", "county", "member"];
const MAX_LINES = 400;
const MAX_PLACES = 40;
const MAX_DIGESTS = 16;
const MAX_COLUMNS = 8;
const MAX_ERASED = 400;

/** Size and root of the newest checkpoint that the signer had verified. */
export const seen = struct({ n: count, r: seenRoot });

export const grant = struct({ holder: digest, name: optionalText, proof: signature64, vkey });
export const rotation = struct({ new: grant, old: text });
export const revocation = struct({ key: text, reason: text });

export const opened = struct({
  chart: anyText,
  first_period: anyText,
  keys: list(grant, 1, 32),
  log: struct({ origin, vkey: logVkey }),
  organisation: struct({ division, id: anyText, name: text }),
});

const tier = struct({
  from_fen: count,
  resolution: [bool, false],
  roles: list(oneOf(...ROLES), 1, 7),
  to_fen: [count, undefined],
});
export const tiers = struct({ tiers: list(tier, 1, 20) });

export const account = struct({ code: accountCode, name: text });

const lineFields = {
  account: anyText,
  credit_fen: [fen, 0],
  debit_fen: [fen, 0],
  party: optionalText,
  project: optionalText,
  quantity_milli: [quantity, 0],
  summary: optionalText,
  unit,
};
const line = struct(lineFields);
export const balances = struct({ lines: list(line, 1, 600) });

const file = struct({ media: text, name: text, sha256: sha256Hex, size: count });
const invoice = struct({ date: anyText, number: invoiceNumber, total_fen: fen });
const attachments = struct({
  count: [attachmentCount, 0],
  files: [list(file, 0, 100), []],
  invoices: [list(invoice, 0, 100), []],
});

const voucherFields = {
  attachments,
  corrects: optionalText,
  date: anyText,
  lines: list(line, 2, MAX_LINES),
  resolution: optionalText,
  source: optionalText,
  summary: text,
};
const reversalFields = {
  attachments,
  date: anyText,
  lines: list(line, 2, MAX_LINES),
  reverses: anyText,
  summary: text,
};
export const voucher = struct(voucherFields);
export const reversal = struct(reversalFields);

/** Digests (RFC 9901) of what stands outside the log, on a line or on the whole. */
const salted = { _sd: [list(digest, 0, MAX_DIGESTS), []] };
const saltedLines = { lines: list(struct({ ...lineFields, ...salted }), 2, MAX_LINES) };
export const saltedVoucher = struct({ ...voucherFields, ...saltedLines, ...salted, roll: optionalText });
export const saltedReversal = struct({ ...reversalFields, ...saltedLines, ...salted });

const majority = oneOf("delegates", "households", "members", "representatives", "villagers");
const resolution = struct({
  agreed: count,
  body: majority,
  date: anyText,
  entitled: count,
  name: optionalText,
  present: count,
});
const planLine = struct({ account: accountCode, planned_fen: plannedFen });
export const budget = struct({ lines: list(planLine, 1, MAX_LINES), resolution, year });

const subtotal = oneOf("net_surplus", "operating_surplus", "total_surplus");
const place = struct({ account: accountCode, subtotal });
export const subtotals = struct({ basis: text, places: list(place, 1, MAX_PLACES), year });

const column = struct({ account: accountCode, name: text, side: oneOf("credit", "debit"), total_fen: fen });
export const roll = struct({
  columns: list(column, 1, MAX_COLUMNS),
  count: rowCount,
  kind: oneOf("dividend", "labour", "other", "subsidy", "wages"),
  root: rowsRoot,
  summary: text,
});

/** What a row's disclosure says. */
export const row = struct({ amounts_fen: list(fen, 1, MAX_COLUMNS), note: optionalText, who: text });

export const erasure = struct({
  basis: oneOf("consent", "law", "period", "purpose", "unlawful"),
  digests: [list(digest, 0, MAX_ERASED), []],
  note: optionalText,
  rows: [list(struct({ roll: text, row: count }), 0, MAX_ERASED), []],
});

export const closing = struct({ period: anyText });
export const sheet = struct({ period: anyText, root: rowsRoot, rows: count, sheet: oneOf("trial_balance") });
