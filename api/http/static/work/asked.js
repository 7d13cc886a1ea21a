/** Forms that ask for a page anew: their texts are looked at before they are sent. */

import { labelOf, mistyped, problem, textOf } from "./ask.js";

/** Throws if a field's text is longer than it may be (`data-sent-most`) as it stands in an address. */
function fitsAnAddress(input) {
  const length = new URLSearchParams({ "": input.value }).toString().length - 1;
  const most = Number(input.dataset.sentMost ?? Infinity);
  if (length > most) {
    const [zh, en] = labelOf(input);
    throw mistyped(input, "request.text", `${zh}太长：一个汉字算九个字符，共 ${length} 个，至多 ${most} 个；请写短些`, `the ${en} are too long: with nine for each Chinese character they have ${length} characters, and at most ${most} are taken: make them shorter`);
  }
}

for (const form of document.querySelectorAll("form[data-told]")) {
  const place = document.getElementById(form.dataset.told);
  form.addEventListener("submit", (event) => {
    place.replaceChildren();
    try {
      form.querySelectorAll("input, textarea").forEach((input) => {
        textOf(input);
        fitsAnAddress(input);
      });
    } catch (told) {
      event.preventDefault();
      place.append(problem(told));
    }
  });
}
