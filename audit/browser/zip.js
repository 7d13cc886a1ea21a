/** ZIP archives whose members are stored without compression, as audit/bundle.py writes them. */

import { decodeUtf8 } from "./bytes.js";
import { Phrase } from "./errors.js";

const END = 0x06054b50;
const CENTRAL = 0x02014b50;
const LOCAL = 0x04034b50;
const END_BYTES = 22;
const COMMENT_BYTES_MAX = 65_535;
const MAX_MEMBERS = 100_000;
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

function unreadable(zh, en) {
  return Object.assign(new Error(en), { said: new Phrase(zh, en) });
}

/** An archive in memory. What cannot be read throws an Error whose `said` tells why, in both languages. */
export class Archive {
  /** @param {Uint8Array} bytes */
  constructor(bytes) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.members = new Map();
    const end = this.findEnd();
    const count = this.view.getUint16(end + 10, true);
    let place = this.view.getUint32(end + 16, true);
    if (count === 0xffff || place === 0xffffffff || count > MAX_MEMBERS) throw unreadable("文件太多", "too many members");
    for (let i = 0; i < count; i += 1) place = this.readMember(place);
    if (place > end) throw unreadable("文件清单已损坏", "the list of members is damaged");
    this.refusePacked();
  }

  /** Members that are compressed, or lie over one another, could make a small file an endless one. */
  refusePacked() {
    const members = [...this.members.values()];
    const size = members.reduce((sum, member) => sum + member.size, 0);
    const packed = members.some(({ method, stored, size: whole }) => method !== 0 || stored !== whole);
    if (!packed && size <= this.bytes.length) return;
    throw unreadable("文件经过压缩或互相重叠", "members are compressed, or lie over one another");
  }

  findEnd() {
    const last = this.bytes.length - END_BYTES;
    for (let place = last; place >= Math.max(0, last - COMMENT_BYTES_MAX); place -= 1) {
      const there = this.view.getUint32(place, true) === END;
      if (there && this.view.getUint16(place + 20, true) === last - place) return place;
    }
    throw unreadable("不是 ZIP 文件，或已被截断", "this is no ZIP archive, or it is cut off");
  }

  /** Read one line of the list of members; return where the next begins. */
  readMember(place) {
    const { view } = this;
    this.expect(place, CENTRAL);
    const name = this.text(place + 46, view.getUint16(place + 28, true));
    if (this.members.has(name)) throw unreadable(`文件名 ${name} 重复`, `the member ${name} stands twice`);
    this.members.set(name, {
      method: view.getUint16(place + 10, true),
      crc: view.getUint32(place + 16, true),
      stored: view.getUint32(place + 20, true),
      size: view.getUint32(place + 24, true),
      header: view.getUint32(place + 42, true),
    });
    return place + 46 + [28, 30, 32].reduce((sum, field) => sum + view.getUint16(place + field, true), 0);
  }

  expect(place, mark) {
    if (this.view.getUint32(place, true) !== mark) throw unreadable("公示包已损坏", "the archive is damaged");
  }

  text(place, length) {
    const text = decodeUtf8(this.bytes.subarray(place, place + length));
    if (text === null) throw unreadable("文件名不是 UTF-8", "a member's name is no UTF-8");
    return text;
  }

  /** Return a member's bytes, or null when there is none. */
  read(name) {
    const member = this.members.get(name);
    if (!member) return null;
    const { crc, size, header } = member;
    if (size > MAX_MEMBER_BYTES) throw unreadable(`文件 ${name} 过大`, `the member ${name} is too large`);
    this.expect(header, LOCAL);
    const nameLength = this.view.getUint16(header + 26, true);
    if (this.text(header + 30, nameLength) !== name) throw unreadable("公示包已损坏", "the archive is damaged");
    const start = header + 30 + nameLength + this.view.getUint16(header + 28, true);
    const bytes = this.bytes.subarray(start, start + size);
    if (bytes.length === size && crc32(bytes) === crc) return bytes;
    throw unreadable(`文件 ${name} 已损坏`, `the member ${name} is damaged`);
  }
}
