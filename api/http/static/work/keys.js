/** The reader's keys in this browser (浏览器中的密钥): once a key is here, no script can read its private half. */

const DATABASE = "sunledger.keys/v1";
const STORE = "keys";
const FORMAT = "sunledger.browser-key/v1";
const ED25519 = 1;

/** What is told to the person in Chinese and English; `rule` is a stable code. */
export class Told extends Error {
  constructor(rule, zh, en, facts = {}) {
    super(zh);
    Object.assign(this, { rule, zh, en, facts });
  }
}

const unreadable = () =>
  new Told("browserkey.unreadable", "这不是浏览器密钥文件，或者口令不对。请核对大小写、空格和输入法后再试；忘了口令，就用 sunledger browserkey 另写一份密钥文件", "it is no key file, or the passphrase is wrong: check the passphrase, or write another key file with sunledger browserkey if it is forgotten");

/** Run one request on the store and return what it gives. */
async function stored(mode, act) {
  const database = await new Promise((done, failed) => {
    const asked = indexedDB.open(DATABASE, 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore(STORE, { keyPath: "name" });
    asked.onsuccess = () => done(asked.result);
    asked.onerror = () => failed(asked.error);
  });
  try {
    return await new Promise((done, failed) => {
      const asked = act(database.transaction(STORE, mode).objectStore(STORE));
      asked.onsuccess = () => done(asked.result);
      asked.onerror = () => failed(asked.error);
    });
  } finally {
    database.close();
  }
}

/** Return the keys that are here, by name: {name, vkey, key}. */
export const heldKeys = () => stored("readonly", (store) => store.getAll());

/** Return the key of that name, or undefined. */
export const heldKey = (name) => stored("readonly", (store) => store.get(name));

/** Forget a key. */
export const forgetKey = (name) => stored("readwrite", (store) => store.delete(name));

/**
 * Take a key file in, as api/identity/browserkey.py writes it, and return what is held from now on.
 * @param {string} text
 * @param {string} passphrase
 */
export async function importKey(text, passphrase) {
  const held = await opened(text, passphrase);
  await stored("readwrite", (store) => store.put(held));
  return held;
}

async function opened(text, passphrase) {
  let file;
  try {
    file = JSON.parse(text);
  } catch {
    throw unreadable();
  }
  if (file?.format !== FORMAT) throw unreadable();
  try {
    const secret = await derived(passphrase, fromBase64(file.salt), file.iterations);
    const bound = new TextEncoder().encode(file.vkey);
    const sealed = { name: "AES-GCM", iv: fromBase64(file.nonce), additionalData: bound };
    const pkcs8 = await crypto.subtle.decrypt(sealed, secret, fromBase64(file.box));
    const key = await crypto.subtle.importKey("pkcs8", pkcs8, "Ed25519", false, ["sign"]);
    const held = { name: file.vkey.split("+")[0], vkey: file.vkey, key };
    if (await isPair(held)) return held;
  } catch (error) {
    if (error.name === "NotSupportedError") {
      throw new Told(
        "browserkey.no_ed25519",
        "这个浏览器太旧，不能用 Ed25519 签名；请更新浏览器，或者用命令行签名",
        "this browser is too old to sign with Ed25519; update it, or sign on the command line",
      );
    }
  }
  throw unreadable();
}

async function derived(passphrase, salt, iterations) {
  const typed = await crypto.subtle.importKey("raw", new TextEncoder().encode(passphrase), "PBKDF2", false, ["deriveKey"]);
  const how = { name: "PBKDF2", hash: "SHA-256", salt, iterations };
  return crypto.subtle.deriveKey(how, typed, { name: "AES-GCM", length: 256 }, false, ["decrypt"]);
}

/** Tell whether a private key is that of its vkey. */
async function isPair(held) {
  const payload = fromBase64(held.vkey.split("+").slice(2).join("+"));
  if (payload[0] !== ED25519) return false;
  const verifier = await crypto.subtle.importKey("raw", payload.slice(1), "Ed25519", false, ["verify"]);
  const text = new TextEncoder().encode(DATABASE);
  return crypto.subtle.verify("Ed25519", verifier, await crypto.subtle.sign("Ed25519", held.key, text), text);
}

/** Return a text signed as a note (C2SP signed-note) by one key that is held. */
export async function signedNote(text, held) {
  const signature = new Uint8Array(await crypto.subtle.sign("Ed25519", held.key, new TextEncoder().encode(text)));
  const id = held.vkey.split("+")[1].match(/../g).map((pair) => parseInt(pair, 16));
  return `${text}\n— ${held.name} ${btoa(String.fromCharCode(...id, ...signature))}\n`;
}

function fromBase64(text) {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}
