/** What was typed and is not kept yet is not lost without a question: the browser asks before the page is left. */

/**
 * Ask before the page is left with a form that is not as it was last kept, filled or emptied.
 * @param {HTMLFormElement} form
 * @param {() => object} rest what the form holds beside its fields
 * @returns {{now: () => string, kept: (what?: string) => void}} `now` is what the form holds, `kept` says that it is safe
 */
export function guarding(form, rest) {
  const fields = () => [...form.elements].filter(({ type }) => !["button", "fieldset", "file", "submit"].includes(type));
  const now = () => JSON.stringify([fields().map(({ id, value }) => [id, value]), rest()]);
  let safe = now();
  addEventListener("beforeunload", (event) => {
    if (now() !== safe) event.preventDefault();
  });
  return {
    now,
    kept(what = now()) {
      safe = what;
    },
  };
}
