/**
 * Forms that make a draft of what the server proposes; it is looked at, and signed, on a page of its own. And buttons that
 * delete a voucher template.
 */

import { acting, ask, filled, textOf } from "./ask.js";

const despiteOf = (input) => (input ? textOf(input, ["照样结账的理由", "reason to close all the same"]) : "");

for (const form of document.querySelectorAll("form.make")) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const { book, type, data } = form.dataset;
    return acting(event.submitter, document.getElementById("told"), async () => {
      const typed = Object.fromEntries([...form.querySelectorAll("input[name]")].map((input) => [input.name, filled(input)]));
      const despite = despiteOf(form.querySelector("input.despite"));
      const made = await ask("POST", `/books/${book}/drafts`, { type, data: { ...JSON.parse(data), ...typed }, despite });
      location.assign(`/books/${book}/work/drafts/${made.id}`);
    });
  });
}

for (const button of document.querySelectorAll("button.drop")) {
  button.addEventListener("click", () =>
    acting(button, document.getElementById("dropped"), async () => {
      await ask("DELETE", button.dataset.path);
      location.reload();
    }),
  );
}
