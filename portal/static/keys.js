/* keys.js: the whole portal by keyboard. "/" searches, "?" shows the keys of this page, "g" and a letter goes to a menu entry, arrows move
   between rows, Enter and Escape end the editing of a row. Loaded after portal.js. */
(function () {
  "use strict";

  const { one, all, visible, typing, make, closeButton, toggleSide } = window.portal;
  const doc = document;
  let goSince = 0; // when g was pressed

  function rowTarget(row, index) {
    const cell = row.cells[index];
    const active = "a[href], select, textarea, button:not(:disabled), input:not([type=hidden]):not(:disabled)";
    return (cell && all(active, cell).find(visible)) || all(active, row).find(visible);
  }

  /* Up and down move between rows, in the same column; rows without anything to act on are passed over. */
  function moveRow(from, step) {
    const rows = all("tbody tr", from.closest("table"));
    const ahead = step > 0 ? rows.slice(rows.indexOf(from.closest("tr")) + 1) : rows.slice(0, Math.max(0, rows.indexOf(from.closest("tr")))).reverse();
    const target = ahead.map((row) => rowTarget(row, from.closest("td, th").cellIndex)).find(Boolean);
    if (target) target.focus();
    if (target && target.select) target.select();
    return !!target;
  }

  function tableKey(event) {
    const node = event.target;
    const table = node.closest && node.closest("table[data-rows]");
    if (!table || event.altKey || event.ctrlKey || event.metaKey) return false;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      if (node.matches("select, textarea, [type=radio], [list], [role=combobox]")) return false; // they need the arrows themselves
      return moveRow(node, event.key === "ArrowDown" ? 1 : -1);
    }
    return event.key === "Enter" && table.dataset.rows === "sheet" && node.tagName === "INPUT" && typing(node) && moveRow(node, event.shiftKey ? -1 : 1);
  }

  function editKey(event) {
    const row = event.target.closest && event.target.closest("tr.is-editing, [data-editing]");
    if (!row) return false;
    const wanted = event.key === "Escape" ? "[data-cancel]" : event.key === "Enter" && event.target.tagName === "INPUT" && typing(event.target) ? "[data-save]" : "";
    const button = wanted && one(wanted, row);
    if (button) button.click();
    return !!button;
  }

  function escapeKey() {
    all("details.menu[open]").forEach((menu) => { menu.open = false; one("summary", menu).focus(); });
    const side = one(".side.is-open");
    if (side) toggleSide(one("[data-nav]"));
  }

  function letterKey(event) {
    const key = event.key.toLowerCase();
    const going = Date.now() - goSince < 1200;
    const wanted = all(going ? "[data-key]" : "[data-key-alone]").find((node) => (going ? node.dataset.key : node.dataset.keyAlone).toLowerCase() === key);
    const box = !going && key === "/" && !openFind() && all(".mast-search input, .filters input[type=search]").find(visible);
    goSince = !going && key === "g" ? Date.now() : 0;
    if (wanted) wanted.click();
    if (box) { box.focus(); box.select(); }
    if (!going && key === "?") showShortcuts();
    return !!(wanted || box || goSince || key === "?" || key === "/");
  }

  doc.addEventListener("keydown", (event) => {
    if (event.isComposing || event.defaultPrevented) return;
    if ((event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && event.key.toLowerCase() === "k" && openFind()) { event.preventDefault(); return; }
    if (editKey(event) || tableKey(event)) { event.preventDefault(); return; }
    if (event.key === "Escape") { escapeKey(); return; }
    if (typing(event.target) || event.altKey || event.ctrlKey || event.metaKey || one("dialog[open]")) return;
    if (event.key.length === 1 && letterKey(event)) event.preventDefault();
  });

  /* ---- the window of "/" and Ctrl K: focus stays in its field, arrows choose among the suggestions, Enter opens ---- */
  const find = one("#tim-nhanh");
  const field = find && one("input[type=search]", find);

  /* False where there is no such window, or another one is open. */
  function openFind() {
    if (!find || !window.htmx || !find.showModal || all("dialog[open]").some((dialog) => dialog !== find)) return false;
    if (find.open) return true;
    const here = one(".mast-search input");
    field.value = here ? here.value : "";
    choose(null);
    find.showModal();
    field.focus();
    field.select();
    field.dispatchEvent(new CustomEvent("find-open"));
    return true;
  }

  function choose(option) {
    all("[role=option]", find).forEach((node) => node.setAttribute("aria-selected", String(node === option)));
    if (option) { field.setAttribute("aria-activedescendant", option.id); option.scrollIntoView({ block: "nearest" }); }
    else field.removeAttribute("aria-activedescendant");
  }

  function findKey(event) {
    const options = all("[role=option]", find);
    const at = options.findIndex((node) => node.getAttribute("aria-selected") === "true");
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.isComposing || !(step || event.key === "Escape" || (event.key === "Enter" && at >= 0))) return;
    event.preventDefault();
    if (step) choose(options[at + step] || (step > 0 ? options[0] : at < 0 ? options[options.length - 1] : null) || null);
    else if (event.key === "Escape") find.close(); // a search field would only be emptied
    else options[at].click();
  }

  if (find) {
    field.addEventListener("keydown", findKey);
    find.addEventListener("htmx:afterSwap", () => {
      const count = all("[role=option]:not(#goi-y-tat-ca)", find).length;
      choose(null);
      one("[role=status]", find).textContent = count ? count + " gợi ý" : "Không có gợi ý, bấm Enter để tìm";
    });
    find.addEventListener("click", (event) => { if (event.target === find) find.close(); }); // beside the window
    const mast = one(".mast-search input");
    if (mast) mast.addEventListener("mousedown", (event) => { if (openFind()) event.preventDefault(); });
  }

  /* The keys of this page, read from the page itself. */
  function showShortcuts() {
    const list = make("dl", { class: "kv keys" });
    const add = (keys, text) => {
      const term = make("dt", {});
      keys.forEach((key, index) => { if (index) term.append(" "); term.append(make("kbd", { class: "kbd" }, key)); });
      list.append(term, make("dd", {}, text));
    };
    if (find || all(".mast-search input, .filters input[type=search]").some(visible)) add(["/"], "Tìm kiếm");
    if (find) add(["Ctrl", "K"], "Tìm kiếm, cả khi đang nhập");
    add(["?"], "Xem các phím tắt của trang này");
    all("[data-key]").forEach((node) => add(["g", node.dataset.key], labelOf(node)));
    all("[data-key-alone]").filter(visible).forEach((node) => add([node.dataset.keyAlone], labelOf(node)));
    if (one("table[data-rows]")) add(["↑", "↓"], "Lên, xuống một dòng trong bảng");
    if (one("table.has-pick")) { add(["Dấu cách"], "Đánh dấu, bỏ đánh dấu dòng"); add(["Shift", "Dấu cách"], "Đánh dấu cả đoạn"); }
    if (one("table[data-rows=sheet]")) add(["Enter"], "Xuống ô dưới trong bảng điểm");
    if (one("tr.is-editing") || one("[hx-target='closest tr']")) { add(["Enter"], "Lưu dòng đang sửa"); add(["Esc"], "Bỏ sửa dòng"); }
    add(["Esc"], "Đóng trình đơn, hộp thoại");
    const dialog = make("dialog", { class: "dialog", id: "phim-tat", "aria-labelledby": "phim-tat-td" },
      make("div", { class: "dialog-head" }, make("h2", { id: "phim-tat-td" }, "Phím tắt của trang này"), closeButton()),
      make("div", { class: "dialog-body" }, list));
    doc.body.append(dialog);
    dialog.addEventListener("close", () => dialog.remove());
    dialog.showModal();
  }

  function labelOf(node) {
    const text = one("span:not(.count)", node);
    return (text || node).textContent.replace(/\s+/g, " ").trim();
  }
})();
