/* comments.js: who is picked in the field with data-mention goes into the text that it names, as @account, and the field is free again.
   Without it the field is sent with the form, and the server adds the name. Loaded after portal.js. */
(function () {
  "use strict";

  if (window.portal.comments) return; // every form of comments brings this script along
  window.portal.comments = true;

  function put(text, name) {
    const from = text.selectionStart;
    const before = text.value.slice(0, from);
    const gap = before && !/\s$/.test(before) ? " " : "";
    text.setRangeText(`${gap}@${name} `, from, text.selectionEnd, "end");
    text.dispatchEvent(new Event("input", { bubbles: true }));
  }

  document.addEventListener("input", (event) => {
    const field = event.target.closest && event.target.closest("[data-mention]");
    const text = field && document.getElementById(field.dataset.mention);
    if (!text || !Array.from(field.list.options).some((option) => option.value === field.value)) return;
    put(text, field.value.split(" – ").pop());
    field.value = "";
    text.focus();
  });
}());
