/* lists.js: what lists do beyond portal.js: columns change places in their menu before they are sent. Loaded after portal.js. */
(function () {
  "use strict";

  const doc = document;

  /* The buttons would send the form and come back; with script the rows move at once and are sent together. */
  doc.addEventListener("click", (event) => {
    const button = event.target.closest("[data-columns] button[name=len], [data-columns] button[name=xuong]");
    if (!button) return;
    event.preventDefault();
    const row = button.closest("li");
    const other = button.name === "len" ? row.previousElementSibling : row.nextElementSibling;
    if (!other) return;
    if (button.name === "len") other.before(row); else other.after(row);
    button.focus();
    const place = Array.from(row.parentNode.children).indexOf(row) + 1;
    window.portal.say(row.querySelector("label").textContent.trim() + ": vị trí " + place);
  });
})();
