/* lists.js: what lists do beyond portal.js: rows are chosen one by one, in ranges or all, columns change places in their menu. Loaded
   after portal.js. Every hook is a data attribute, listed in components/README.md. */
(function () {
  "use strict";

  const { one, all, say } = window.portal;
  const doc = document;

  /* ---- choosing many rows ---- */
  const barOf = (table) => one("[data-bulk]", table.closest(".panel") || doc);
  const isWhole = (bar) => { const box = bar && one("[data-whole] input", bar); return !!(box && box.checked); };

  function refresh(table) {
    const boxes = all("[data-row]", table);
    const chosen = boxes.filter((box) => box.checked).length;
    const panel = table.closest(".panel") || doc;
    const bar = barOf(table);
    const tools = one("[data-tools]", panel);
    const head = one("[data-all]", table);
    boxes.forEach((box) => box.closest("tr").classList.toggle("is-selected", box.checked));
    if (head) { head.checked = chosen > 0 && chosen === boxes.length; head.indeterminate = chosen > 0 && chosen < boxes.length; }
    if (!bar) return chosen;
    const whole = one("[data-whole]", bar);
    if (whole && chosen < boxes.length) one("input", whole).checked = false; // one row less is no longer all of them
    const number = isWhole(bar) ? one("span", whole).textContent.replace(/\D/g, "") : String(chosen);
    bar.classList.toggle("is-on", chosen > 0);
    bar.classList.toggle("is-full", chosen > 0 && chosen === boxes.length);
    if (tools) tools.hidden = chosen > 0;
    one("[data-n]", bar).textContent = number;
    if (panel !== doc) panel.classList.toggle("has-bulk", chosen > 0);
    return number;
  }
  const refreshAll = () => all("table.has-pick").forEach(refresh);

  function told(table) {
    const bar = barOf(table);
    say("Đã chọn " + refresh(table) + " " + ((bar && bar.dataset.noun) || "dòng"));
  }

  /* From the row that was touched last to this one, all as this one. */
  let last = null;
  function range(table, box) {
    const boxes = all("[data-row]", table);
    const from = boxes.indexOf(last);
    const to = boxes.indexOf(box);
    if (from < 0 || from === to) return;
    boxes.slice(Math.min(from, to), Math.max(from, to) + 1).forEach((other) => { other.checked = box.checked; });
  }

  /* A change says nothing of the shift key: it is remembered from the click or the key that made it. */
  let shifted = false;
  doc.addEventListener("click", (event) => { shifted = event.shiftKey; }, true);
  doc.addEventListener("keydown", (event) => {
    if (event.key === " ") shifted = event.shiftKey;
    const box = event.target;
    if (event.key !== " " || !event.shiftKey || !box.matches || !box.matches("table.has-pick [data-row]")) return;
    event.preventDefault(); // browsers do not agree on what shift and space do to a box
    box.checked = !box.checked;
    range(box.closest("table"), box);
    last = box;
    told(box.closest("table"));
  });

  doc.addEventListener("change", (event) => {
    const node = event.target;
    if (!node.matches) return;
    const bar = node.closest("[data-whole]") && node.closest("[data-bulk]");
    const table = bar ? one("table.has-pick", bar.closest(".panel") || doc) : node.closest("table.has-pick");
    if (!table || !(bar || node.matches("[data-row], [data-all]"))) return;
    if (node.hasAttribute("data-all")) all("[data-row]", table).forEach((box) => { box.checked = node.checked; });
    if (node.hasAttribute("data-row")) {
      if (shifted) range(table, node);
      last = node;
    }
    told(table);
  });

  doc.addEventListener("click", (event) => {
    if (!event.target.closest("[data-clear]")) return;
    all("table.has-pick [data-row], [data-whole] input").forEach((box) => { box.checked = false; });
    refreshAll();
    say("Đã bỏ chọn");
  });

  /* ---- columns: the buttons would send the form and come back; with script the rows move at once and are sent together ---- */
  doc.addEventListener("click", (event) => {
    const button = event.target.closest("[data-columns] button[name=len], [data-columns] button[name=xuong]");
    if (!button) return;
    event.preventDefault();
    const row = button.closest("li");
    const other = button.name === "len" ? row.previousElementSibling : row.nextElementSibling;
    if (!other) return;
    if (button.name === "len") other.before(row); else other.after(row);
    button.focus();
    say(one("label", row).textContent.trim() + ": vị trí " + (Array.from(row.parentNode.children).indexOf(row) + 1));
  });

  doc.addEventListener("htmx:afterSettle", refreshAll);
  addEventListener("pageshow", refreshAll); // the browser fills boxes again when one comes back
  refreshAll();
})();
