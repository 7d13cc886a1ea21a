/** The page where one signs in: the keys of this browser, one more from a file, and the villages one works in. */

import { acting, ask, bilingual, element, signInWithAll } from "./ask.js";
import { forgetKey, heldKeys, importKey } from "./keys.js";

const place = (id) => document.getElementById(id);
const { dataset } = place("work");
const roles = JSON.parse(dataset.roles);
const names = JSON.parse(dataset.names); // of the villages of this site, by their ids

async function showKeys() {
  const held = await heldKeys();
  place("keys").replaceChildren(...held.map(keyRow));
  place("signin").hidden = held.length === 0;
  place("none").hidden = held.length > 0;
}

function keyRow(held) {
  const [book, role] = held.name.split("/");
  const village = names[book] ? [names[book]] : bilingual("（这个村不在本网站）", "not a village of this site");
  const button = element("button", { type: "button", className: "plain" }, ...bilingual("从本浏览器删除", "forget"));
  button.addEventListener("click", async () => {
    await forgetKey(held.name);
    await showKeys();
  });
  return element("li", {}, element("strong", {}, roles[role] ?? role), " ", ...village, " ", element("code", {}, held.name), " ", button);
}

place("import").addEventListener("submit", async (event) => {
  event.preventDefault();
  await acting(event.submitter, place("told"), async () => {
    const [file] = place("file").files;
    await importKey(await file.text(), place("passphrase").value);
    event.target.reset();
    await showKeys();
    place("enter").focus();
  });
});

place("enter").addEventListener("click", async (event) => {
  await acting(event.target, place("told"), async () => {
    const refused = await signInWithAll();
    const { books } = await ask("GET", "/session");
    if (books.length === 0) throw [...refused.values()][0];
    const wanted = new URLSearchParams(location.search).get("to") ?? "";
    const here = /^\/books\/[0-9A-Z]{18}\/work/.test(wanted);
    location.assign(here ? wanted : books.length === 1 ? `/books/${books[0].book}/work` : "/work");
  });
});

const leave = place("leave");
leave?.addEventListener("click", async () => {
  await acting(leave, place("told"), async () => {
    await ask("DELETE", "/session");
    location.assign("/work");
  });
});

await showKeys();
