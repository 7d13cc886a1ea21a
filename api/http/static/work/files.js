/** The original documents of a voucher: uploaded when they are chosen, named in it by their SHA-256. */

import { ask, bilingual, element } from "./ask.js";
import { Told } from "./keys.js";

/** Return links to the documents that a voucher names. */
export function linksTo(book, files) {
  return element("ul", { className: "signers" }, ...files.map((file) => element("li", {}, ...described(book, file))));
}

function described(book, file) {
  const href = `/books/${book}/attachments/${file.sha256}?name=${encodeURIComponent(file.name)}`;
  const link = element("a", { href, target: "_blank", rel: "noopener" }, file.name);
  return [link, ` ${file.media}，${file.size} 字节 `, element("code", {}, file.sha256)];
}

/** Refuse a file that is too large before it is sent: a server that reads on no further only breaks the connection. */
function checkSize({ name, size }, mib) {
  if (size <= mib * 2 ** 20) return;
  const zh = `附件 ${name} 超过 ${mib} MiB，不收；照片请缩小后再传，页数多的 PDF 请分成几个`;
  throw new Told("attachment.too_large", zh, `the attachment ${name} has more than ${mib} MiB and is not taken; make a photo smaller, part a long PDF`);
}

/** What is refused of an original that another voucher has already: it can only be taken off. */
const BOOKED_TWICE = ["attachment.booked", "attachment.drafted", "invoice.booked", "invoice.drafted"];

/** Return what is refused of a file, with its name. */
function naming(told, name) {
  if (!(told instanceof Told) || told.zh.includes(name)) return told;
  return new Told(told.rule, `「${name}」：${told.zh}`, `${name}: ${told.en}`, told.facts);
}

/**
 * Let a file input upload what is chosen, and list it.
 * @param {string} book
 * @param {HTMLInputElement} input
 * @param {HTMLElement} list
 * @param {(files: object[]) => void} changed hears what is attached
 * @param {ReturnType<typeof listing>} invoices gets what is read off documents that are invoices
 */
export function attaching(book, input, list, changed, invoices) {
  let files = [];
  const numbers = new Map(); // of the invoice that a file is, by its SHA-256
  const isOf = (number) => (file) => numbers.get(file.sha256) === number;
  const draw = () => {
    list.replaceChildren(...files.map(row));
    changed(files);
  };
  const row = (file) => {
    const button = element("button", { type: "button", className: "plain" }, ...bilingual("去掉", "remove"));
    button.addEventListener("click", () => {
      files = files.filter((one) => one !== file);
      const number = numbers.get(file.sha256);
      if (number && !files.some(isOf(number))) invoices.drop(number);
      draw();
    });
    return element("li", {}, ...described(book, file), " ", button);
  };
  const take = async (chosen) => {
    checkSize(chosen, Number(input.dataset.mib));
    const path = `/books/${book}/attachments?name=${encodeURIComponent(chosen.name)}`;
    const { read, ...file } = await ask("POST", path, chosen);
    if (read) {
      invoices.take(read); // throws what is not taken, before its file is attached
      numbers.set(file.sha256, read.invoice.number);
    }
    if (!files.some((one) => one.sha256 === file.sha256)) files.push(file);
    draw();
  };
  return {
    get files() {
      return files;
    },
    set files(given) {
      files = [...given];
      draw();
    },
    /** Take the files off that are an invoice which was taken off. */
    drop(number) {
      files = files.filter((file) => !isOf(number)(file));
      draw();
    },
    /** Return what was refused when the voucher was saved; of an original that is booked once already also that it stays here. */
    staying(told) {
      if (!BOOKED_TWICE.includes(told.rule)) return told;
      const number = invoices.invoices.find((one) => told.zh.includes(one.number))?.number;
      const file = files.find((one) => told.zh.includes(`「${one.name}」`) || (number && isOf(number)(one)));
      if (!file && !number) return told;
      const [zh, en] = file ? [`「${file.name}」还附在`, `${file.name} is still attached here`] : [`发票 ${number} 还登记在`, `the invoice ${number} is still recorded here`];
      return new Told(told.rule, `${told.zh}。${zh}这张凭证上，不是这张的就点它后面的「去掉」，再存`, `${told.en}; ${en}: if it is not of this voucher take it off by "remove" behind it, and save again`, told.facts);
    },
    /** Upload all that is chosen; return what was refused, each with its file's name. */
    async upload() {
      const refused = [];
      const all = [...input.files];
      for (const chosen of all) await take(chosen).catch((told) => refused.push(naming(told, chosen.name)));
      input.value = "";
      return { chosen: all.length, refused };
    },
  };
}
