/** Values that stay out of the public record (不公开的内容): the text that is signed has their digests alone. */

import { element } from "./ask.js";
import { Told } from "./keys.js";
import { digestOf, parseDisclosure } from "../verify/disclosure.js";

/** For whom a value is, in words; "" is in clear, in the record for good. */
export const TIERS = { "": "写进公开记录", public: "公开，可依法删除", members: "成员可查", person: "只告知本人", auditors: "只供审计" };
const DIGESTS_STEP = 4;

const mismatch = () =>
  new Told("disclosure.no_digest", "服务器给的内容与要签的摘要不符", "what the server gives is not what is signed");

/** Return the digests of an object's disclosures, filled up with decoys, as domain/kernel/disclosure.py seals them. */
function sealed(disclosures) {
  const joined = [...disclosures].sort().join("\n");
  const decoys = Array.from({ length: (DIGESTS_STEP - (disclosures.length % DIGESTS_STEP)) % DIGESTS_STEP }, (_, number) =>
    digestOf(digestOf(`sunledger.decoy/v1\n${number}\n${joined}`)),
  );
  return [...disclosures.map(digestOf), ...decoys].sort();
}

/**
 * Return a statement's data with what is disclosed in the place of its digest, as `private`, and how many digests are
 * not told. Throws unless what is given explains every digest, where anything is given: nothing else can hide there.
 * @param {object} signed a statement's data, which stays as it is
 * @param {{disclosure: string, subject: string, tier: string}[]} given what the server says is behind the digests
 */
export function opened(signed, given) {
  const data = structuredClone(signed);
  const places = [data, ...(data.lines ?? [])].filter((place) => place._sd);
  const told = new Map(places.map((place) => [place, []]));
  for (const { disclosure, subject, tier } of given) {
    const { name, value } = parseDisclosure(disclosure);
    const digest = digestOf(disclosure);
    const place = places.find((one) => one._sd.includes(digest));
    if (!place || Object.hasOwn(place, name) || Object.hasOwn(place.private ?? {}, name)) throw mismatch();
    place.private = { ...place.private, [name]: { subject, tier, value } };
    told.get(place).push(disclosure);
  }
  let hidden = 0;
  for (const place of places) {
    const explained = sealed(told.get(place)).join() === place._sd.join();
    if (given.length && !explained) throw mismatch();
    if (!explained) hidden += place._sd.length;
    delete place._sd;
  }
  return { data, hidden };
}

/** Return where one chooses for whom the party of a line is, and under which number of theirs; there once a party is. */
export function choosingTier(party, { tier: chosen = "", subject = "", value } = {}) {
  const label = party.getAttribute("aria-label");
  const options = Object.entries(TIERS).map(([one, text]) => element("option", { value: one, selected: one === chosen }, text));
  const select = element("select", { id: party.id.replace("party", "tier"), "aria-label": `${label}对谁公开` }, ...options);
  const number = element("input", {
    id: party.id.replace("party", "subject"), value: subject === value ? "" : subject,
    placeholder: "户号，不填就用姓名", autocomplete: "off", "aria-label": `${label}的户号`,
  });
  const show = () => {
    select.hidden = party.value.trim() === "";
    number.hidden = select.hidden || select.value === "";
  };
  party.addEventListener("input", show);
  select.addEventListener("change", show);
  show();
  return [select, number];
}

/** Return the party of a line and what is private of it, by the texts that were typed; the last is what was private before. */
export function partyOf(value, tier, number, { party: held, ...rest } = {}) {
  if (held && typeof held.value !== "string") return { private: { party: held, ...rest } }; // the form shows texts alone
  const others = held && held.value !== value ? {} : rest; // of somebody else
  if (value === "" || tier === "") return { party: value, private: others };
  return { party: "", private: { ...others, party: { subject: number || value, tier, value } } };
}

/** Tell whether a voucher has anything that is not for everybody, so that its entry is of the salted type. */
export const isPrivate = (data) => Boolean(data.roll || data.private || data.lines.some((line) => line.private));

/** Tell whether a voucher has what the form does not show: it is looked at on its own page before it is signed. */
export const isUnshown = (data) =>
  Boolean(data.roll || data.source || data.private || data.lines.some((line) => Object.keys(line.private ?? {}).some((name) => name !== "party" || typeof line.private.party.value !== "string")));
