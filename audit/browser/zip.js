/** ZIP archives that have one meaning: audit/zip.py, which says why, reads the same ones by the same rules. */

import { decodeUtf8, encodeUtf8, joinBytes, sameBytes } from "./bytes.js";
import { Phrase } from "./errors.js";
import { ARCHIVE_WORDS } from "./generated.js";

const [HEADER, LINE, END] = ["PK\x03\x04", "PK\x01\x02", "PK\x05\x06"].map(encodeUtf8);
const [HEADER_BYTES, LINE_BYTES, END_BYTES] = [30, 46, 22];
const UTF8 = 0x800;
const ATTRIBUTES = 0o644 * 2 ** 16;
const MAX_MEMBERS = 65_534;
const MAX_BYTES = 2 ** 31 - 1;
const MAX_LIST_BYTES = 16 * 1024 * 1024;
const MAX_MEMBER_BYTES = 64 * 1024 * 1024;

const CRC = new Int32Array(256);
for (let n = 0; n < 256; n += 1) {
  let rest = n;
  for (let bit = 0; bit < 8; bit += 1) rest = rest & 1 ? (rest >>> 1) ^ 0xedb88320 : rest >>> 1;
  CRC[n] = rest;
}

function crc32(bytes) {
  let crc = -1;
  for (let i = 0; i < bytes.length; i += 1) crc = CRC[(crc ^ bytes[i]) & 0xff] ^ (crc >>> 8);
  return ~crc >>> 0;
}

function unsound(word, most) {
  const [zh, en] = ARCHIVE_WORDS[word].map((text) => text.replace("{most}", most));
  return Object.assign(new Error(en), { said: new Phrase(zh, en) });
}

/** An archive in memory. What is none, or could be read in two ways, throws an Error whose `said` tells why. */
export class Archive {
  /** @param {Uint8Array} bytes */
  constructor(bytes) {
    if (bytes.length > MAX_BYTES) throw unsound("bytes", MAX_BYTES);
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.members = new Map();
    const { begin, end, count } = this.findList();
    let [place, at] = [0, begin];
    for (let i = 0; i < count; i += 1) {
      const line = this.readLine(at, end);
      at += LINE_BYTES + line.name.length;
      place = this.add(line, place, begin);
    }
    if (at !== end) throw unsound("list");
    if (place !== begin) throw unsound("apart");
  }

  /** Whether these bytes stand at a place. */
  has(bytes, place) {
    return sameBytes(this.bytes.subarray(place, place + bytes.length), bytes);
  }

  /** Return the numbers that stand from a place on, of 2 or 4 bytes each as `sizes` say. */
  numbers(place, sizes) {
    let at = place;
    return sizes.map((size) => {
      at += size;
      return size === 2 ? this.view.getUint16(at - 2, true) : this.view.getUint32(at - 4, true);
    });
  }

  /** Return where the list of members begins and ends, and how many it has. */
  findList() {
    const end = this.bytes.length - END_BYTES;
    if (end < 0 || !this.has(END, end)) throw unsound("end");
    const [disks, here, count, length, begin, comment] = this.numbers(end + 4, [4, 2, 2, 4, 4, 2]);
    if (count > MAX_MEMBERS) throw unsound("members", MAX_MEMBERS);
    if (disks || here !== count || comment || begin + length !== end) throw unsound("place");
    if (length > MAX_LIST_BYTES) throw unsound("list");
    return { begin, end, count };
  }

  /** Return the line of the list at a place; `head` is what the member's own header has to repeat. */
  readLine(at, end) {
    if (at + LINE_BYTES > end || !this.has(LINE, at)) throw unsound("list");
    const [flags, method, , crc, stored, size, length, extra, comment, disk, internal, external, place] = this.numbers(
      at + 8,
      [2, 2, 4, 4, 4, 4, 2, 2, 2, 2, 2, 4, 4],
    );
    const behind = at + LINE_BYTES;
    if (behind + length > end) throw unsound("list");
    if (method || stored !== size || flags & ~UTF8 || extra || comment) throw unsound("packed");
    if (disk) throw unsound("place");
    if (internal || external !== ATTRIBUTES) throw unsound("mode");
    const name = this.bytes.subarray(behind, behind + length);
    return { head: this.bytes.subarray(at + 6, at + 32), name, flags, crc, size, place };
  }

  /** Add the member that has to stand at `place`, before `begin`; return where the next one stands. */
  add(line, place, begin) {
    const name = decodeUtf8(line.name);
    const plain = line.flags || line.name.every((byte) => byte < 0x80);
    if (name === null || name.includes("\0") || !plain) throw unsound("name");
    if (this.members.has(name)) throw unsound("twice");
    const start = place + HEADER_BYTES + line.name.length;
    const there = this.has(joinBytes(HEADER, line.head, line.name), place);
    if (line.place !== place || !there || start + line.size > begin) throw unsound("apart");
    this.members.set(name, { start, size: line.size, crc: line.crc });
    return start + line.size;
  }

  /** Return a member's bytes, or null when there is none. */
  read(name) {
    const member = this.members.get(name);
    if (!member) return null;
    const { start, size, crc } = member;
    if (size > MAX_MEMBER_BYTES) throw unsound("bytes", MAX_MEMBER_BYTES);
    const bytes = this.bytes.subarray(start, start + size);
    if (crc32(bytes) !== crc) throw unsound("checksum");
    return bytes;
  }
}
