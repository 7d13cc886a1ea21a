/** The founding of a book (建账) as domain/founding/ has it. */

import { chartOf } from "./accounts.js";
import { refusal } from "./errors.js";
import { checkLog } from "./logkeys.js";
import { checkOrganisation } from "./organisation.js";
import { checkNear, parsePeriod } from "./period.js";
import { Roles, checkGrant, requireRoles } from "./roles.js";

/** The type of a book's first entry. */
export const OPENED = "book.opened/1";

/** A book is opened by the township for an organisation with a valid code, a known chart and sound keys. */
export function decideOpen({ book, at, data }, signers) {
  const { organisation, log } = data;
  checkOrganisation(organisation.id);
  if (organisation.id !== book) {
    throw refusal("book.wrong_organisation", { book, organisation: organisation.id });
  }
  chartOf(data.chart);
  checkNear(parsePeriod(data.first_period), at);
  checkLog(log, book);
  const registry = new Roles();
  for (const grant of data.keys) {
    checkGrant(registry, grant, book);
    registry.grant(grant, 0);
  }
  requireRoles(signers, ["township"]);
}
