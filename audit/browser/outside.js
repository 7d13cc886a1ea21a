/** What a log keeps outside itself, in a villager's words: disclosed, withheld or erased, never "invalid". */

import { has } from "./bytes.js";
import { PRIVATE_NAMES, STATES } from "./generated.js";

const ORDER = ["disclosed", "withheld", "erased"];

/**
 * Say how many values stand outside the log, and how they are; nothing when there are none.
 * @returns {[string, string][]} sentences in Chinese and English
 */
export function summaryOf({ digests, rolls, rows_erased: erased }) {
  const said = [];
  if (digests.length) {
    const count = (state) => digests.filter((one) => one.state === state).length;
    const there = ORDER.filter(count);
    const zh = there.map((state) => `${count(state)} 项${STATES[state][0]}`).join("；");
    const en = there.map((state) => `${count(state)} ${STATES[state][1]}`).join("; ");
    said.push([
      `有 ${digests.length} 项内容不写进账本，账本里只有签过名的摘要。其中 ${zh}。`,
      `${digests.length} values stand outside the log, which has their signed digests: ${en}.`,
    ]);
    said.push([
      "未公开和已依法删除都不是问题，签名和证明仍然有效。未公开的可能含有充数的空项。",
      "Withheld or erased is nothing wrong: signatures and proofs still hold. Some of the withheld may be empty decoys.",
    ]);
  }
  if (rolls) {
    said.push([
      `发放清册 ${rolls} 份：合计公开，各户的行不公开${erased ? `，其中 ${erased} 行已依法删除` : ""}。`,
      `Rolls: ${rolls}, with public totals and rows that are not public${erased ? `; rows erased: ${erased}` : ""}.`,
    ]);
  }
  return said;
}

/** Say it entry by entry: each value that is public, and how many of the others there are. */
export function linesOf({ digests }) {
  const groups = new Map();
  for (const one of digests) {
    const group = one.state === "disclosed" ? one.digest : `${one.entry} ${one.state} ${one.erased_by}`;
    if (!groups.has(group)) groups.set(group, []);
    groups.get(group).push(one);
  }
  const place = ({ entry, state }) => entry * ORDER.length + ORDER.indexOf(state);
  return [...groups.values()].sort(([a], [b]) => place(a) - place(b)).map(lineOf);
}

function lineOf(group) {
  const [{ entry, state, name, value, erased_by: by }] = group;
  const at = [`第 ${entry} 号记录：`, `entry ${entry}: `];
  const [zh, en] = STATES[state];
  if (state === "disclosed") {
    const shown = typeof value === "string" ? value : JSON.stringify(value);
    const label = has(PRIVATE_NAMES, name) ? PRIVATE_NAMES[name] : name;
    return [`${at[0]}${label}：${shown}（${zh}）`, `${at[1]}${name}: ${en}`];
  }
  if (state === "erased") {
    return [`${at[0]}${group.length} 项${zh}，见第 ${by} 号记录`, `${at[1]}${group.length} ${en} by entry ${by}`];
  }
  return [`${at[0]}${group.length} 项${zh}；签名人签过摘要`, `${at[1]}${group.length} ${en}; the digests were signed`];
}
