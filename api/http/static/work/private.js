/** Values that stay out of the public record (不公开的内容): the text that is signed has their digests alone. */

import { element } from "./ask.js";
import { Told } from "./keys.js";
import { digestOf, parseDisclosure } from "../verify/disclosure.js";

/** For whom a value is, in words. */
export const TIERS = { public: "公开", members: "成员可查", person: "只告知本人", auditors: "只供审计" };

/**
 * Return a statement's data with what is disclosed in the place of its digest, as `private`, and how many digests are
 * left; throws when the text has no digest of what is given.
 * @param {object} signed a statement's data, which stays as it is
 * @param {{disclosure: string, subject: string, tier: string}[]} given what the server says is behind the digests
 */
export function opened(signed, given) {
  const data = structuredClone(signed);
  const places = [data, ...(data.lines ?? [])].filter((place) => place._sd);
  let hidden = places.reduce((count, place) => count + place._sd.length, 0);
  for (const { disclosure, subject, tier } of given) {
    const { name, value } = parseDisclosure(disclosure);
    const digest = digestOf(disclosure);
    const place = places.find((one) => one._sd.includes(digest));
    if (!place || name in place || name in (place.private ?? {})) {
      throw new Told("disclosure.no_digest", "服务器给的内容与要签的摘要不符", "what the server gives is not what is signed");
    }
    place.private = { ...place.private, [name]: { subject, tier, value } };
    hidden -= 1;
  }
  for (const place of places) delete place._sd;
  return { data, hidden };
}

/** Return where one chooses for whom the party of a line is; it is there once there is a party. */
export function choosingTier(party, chosen = "public") {
  const options = Object.entries(TIERS).map(([value, text]) => element("option", { value, selected: value === chosen }, text));
  const select = element("select", { id: party.id.replace("party", "tier"), "aria-label": `${party.getAttribute("aria-label")}对谁公开` }, ...options);
  const show = () => {
    select.hidden = party.value.trim() === "";
  };
  party.addEventListener("input", show);
  show();
  return select;
}

/** Return the party of a line and what is private of it, as they were typed; `was` is what was private before. */
export function partyOf(party, tier, { party: held, ...rest } = {}) {
  const value = party.value.trim();
  if (value === "" || tier.value === "public") return { party: value, private: rest };
  const subject = held?.value === value ? held.subject : value;
  return { party: "", private: { ...rest, party: { subject, tier: tier.value, value } } };
}

/** Tell whether a voucher has anything that is not for everybody, so that its entry is of the salted type. */
export const isPrivate = (data) => Boolean(data.roll || data.private || data.lines.some((line) => line.private));
