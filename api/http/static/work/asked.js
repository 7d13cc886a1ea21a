/** Forms that ask for a page anew: their texts are looked at before they are sent. */

import { problem, textOf } from "./ask.js";

for (const form of document.querySelectorAll("form[data-told]")) {
  const place = document.getElementById(form.dataset.told);
  form.addEventListener("submit", (event) => {
    place.replaceChildren();
    try {
      form.querySelectorAll("input, textarea").forEach((input) => textOf(input));
    } catch (told) {
      event.preventDefault();
      place.append(problem(told));
    }
  });
}
