/* portal.js: small behaviours over pages that work without it. No inline code anywhere, no evaluation of strings.
   Floor: Chrome and Edge 109, Firefox 115, Safari 16. Every hook is a data attribute, listed in components/README.md. */
(function () {
  "use strict";

  const doc = document;
  const one = (selector, root) => (root || doc).querySelector(selector);
  const all = (selector, root) => Array.from((root || doc).querySelectorAll(selector));
  const visible = (node) => !!(node && node.getClientRects().length);
  const typing = (node) => !!node && /^(INPUT|TEXTAREA|SELECT)$/.test(node.tagName) && !/^(checkbox|radio|button|submit)$/.test(node.type);

  /* ---- speaking: one polite region for the whole page ---- */
  let speech = 0;
  function say(text) {
    const region = one("#vung-thong-bao");
    if (!region) return;
    region.textContent = "";
    clearTimeout(speech);
    speech = setTimeout(() => { region.textContent = text; }, 60);
  }

  /* ---- building nodes: always text, never markup from strings ---- */
  function make(tag, attributes, ...children) {
    const node = doc.createElement(tag);
    Object.keys(attributes || {}).forEach((name) => node.setAttribute(name, attributes[name]));
    children.forEach((child) => node.append(child));
    return node;
  }

  function icon(name, cls) {
    const svg = one("svg.icon, svg.brand-star").cloneNode(true);
    svg.setAttribute("class", "icon " + (cls || ""));
    one("use", svg).setAttribute("href", one("use", svg).getAttribute("href").replace(/#.*/, "#i-" + name));
    return svg;
  }
  const closeButton = () => make("button", { class: "btn btn-quiet btn-icon", type: "button", "data-close": "" }, icon("x"), make("span", { class: "sr" }, "Đóng"));

  /* ---- toasts ---- */
  /* A failure stays until it is closed; the same one again (a poll, say) is not announced twice. */
  function failure(status, title, text, retry) {
    if (!one("#thong-bao-noi")) doc.body.append(make("div", { class: "toasts", id: "thong-bao-noi" }));
    const region = one("#thong-bao-noi");
    const shown = one(".toast[data-failure]", region);
    if (shown && one("b", shown).textContent === title) return;
    if (shown) shown.remove();
    const toast = make("div", { class: "toast", role: "alert", "data-failure": status }, icon("alert-octagon", "c-bad"),
      make("div", {}, make("b", {}, title), make("p", { class: "soft" }, text)));
    if (retry) {
      const button = make("button", { class: "btn btn-s", type: "button" }, "Thử lại");
      button.addEventListener("click", () => { toast.remove(); retry(); });
      toast.append(button);
    }
    toast.append(closeButton());
    region.append(toast);
  }

  function fadeToasts() {
    all(".toast[data-auto]").forEach((toast) => {
      toast.removeAttribute("data-auto");
      const leave = () => {
        if (toast.matches(":hover, :focus-within")) setTimeout(leave, 2000);
        else toast.remove();
      };
      setTimeout(leave, 6000);
    });
  }

  /* ---- menus, dialogs, side menu, small buttons ---- */
  function toggleSide(button) {
    const side = one("#dieu-huong");
    const open = side.classList.toggle("is-open");
    button.setAttribute("aria-expanded", String(open));
    (open ? all("input, a", side).find(visible) : button).focus();
  }

  /* The native picker, opened from a button; what it gives is written as dd/mm/yyyy into the visible field. */
  function pickDate(button) {
    const field = doc.getElementById(button.dataset.pickDate);
    let picker = button.nextElementSibling;
    if (!picker) {
      picker = make("input", { type: "date", class: "date-native", tabindex: "-1", "aria-hidden": "true" });
      picker.addEventListener("change", () => {
        field.value = picker.value ? picker.value.split("-").reverse().join("/") : "";
        field.dispatchEvent(new Event("input", { bubbles: true }));
        field.dispatchEvent(new Event("change", { bubbles: true }));
        field.focus();
      });
      button.after(picker);
    }
    const parts = /^(\d{2})\/(\d{2})\/(\d{4})$/.exec(normalDate(field.value));
    picker.value = parts ? parts[3] + "-" + parts[2] + "-" + parts[1] : "";
    try { picker.showPicker(); } catch (error) { field.focus(); }
  }

  const CLICKS = {
    "data-open": (node, event) => {
      const dialog = doc.getElementById(node.dataset.open);
      if (dialog && dialog.showModal) { event.preventDefault(); dialog.showModal(); }
    },
    "data-close": (node) => {
      const box = node.closest("dialog, .toast");
      if (box.close) box.close(); else box.remove();
    },
    "data-nav": (node, event) => { event.preventDefault(); toggleSide(node); },
    "data-copy": () => { if (navigator.clipboard) navigator.clipboard.writeText(location.href).then(() => say("Đã sao chép liên kết")); },
    "data-peek": (node) => {
      const input = doc.getElementById(node.getAttribute("aria-controls"));
      input.type = input.type === "password" ? "text" : "password";
      node.setAttribute("aria-pressed", String(input.type === "text"));
    },
    "data-pick-date": (node) => pickDate(node),
    "data-print": () => window.print()
  };
  const CLICKABLE = Object.keys(CLICKS).map((name) => "[" + name + "]").join(",");
  doc.addEventListener("click", (event) => {
    all("details.menu[open]").forEach((menu) => { if (!menu.contains(event.target)) menu.open = false; });
    const refused = event.target.closest("[aria-disabled='true']");
    if (refused) {
      event.preventDefault();
      const reason = doc.getElementById(refused.getAttribute("aria-describedby") || "");
      if (reason) say(reason.textContent.trim());
      return;
    }
    const node = event.target.closest(CLICKABLE);
    if (!node || event.defaultPrevented || event.ctrlKey || event.metaKey || event.shiftKey) return;
    Object.keys(CLICKS).forEach((name) => { if (node.hasAttribute(name)) CLICKS[name](node, event); });
  });

  /* ---- dates: 1/2/2023, 1-2-23 and 01022023 all become 01/02/2023 when the field is left ---- */
  function normalDate(text) {
    const parts = /^\s*(\d{1,2})[\/.\-\s]+(\d{1,2})[\/.\-\s]+(\d{4}|\d{2})\s*$/.exec(text) || /^\s*(\d{2})(\d{2})(\d{4})\s*$/.exec(text);
    if (!parts) return text.trim();
    const year = parts[3].length === 2 ? "20" + parts[3] : parts[3];
    return parts[1].padStart(2, "0") + "/" + parts[2].padStart(2, "0") + "/" + year;
  }

  doc.addEventListener("focusout", (event) => {
    const field = event.target;
    if (field.matches && field.matches("input[data-date]") && normalDate(field.value) !== field.value) field.value = normalDate(field.value);
  });

  /* ---- stacked tables on phones keep their roles for screen readers ---- */
  function keepRoles() {
    const roles = { TABLE: "table", THEAD: "rowgroup", TBODY: "rowgroup", TFOOT: "rowgroup", TR: "row", TD: "cell", TH: "rowheader" };
    all("table.table-stack, .table-stack :is(thead, tbody, tfoot, tr, td, th)").forEach((node) => {
      node.setAttribute("role", node.scope === "col" ? "columnheader" : roles[node.tagName]);
    });
  }

  /* ---- files, countdown ---- */
  doc.addEventListener("change", (event) => {
    if (!event.target.matches || !event.target.matches("[data-file]")) return;
    const name = one("[data-file-name]", event.target.parentNode);
    const files = Array.from(event.target.files || []);
    const size = (bytes) => bytes < 1e6 ? Math.max(1, Math.round(bytes / 1e3)) + " kB" : (bytes / 1e6).toFixed(1).replace(".", ",") + " MB";
    if (name) name.textContent = files.map((file) => file.name + ", " + size(file.size)).join("; ") || "Chưa chọn tệp";
  });

  function countDown() {
    all("[data-deadline]").forEach((node) => {
      const minutes = Math.floor((new Date(node.dataset.deadline) - Date.now()) / 6e4);
      if (minutes < 0 || minutes > 6e4) return;
      node.textContent = Math.floor(minutes / 1440) + " ngày " + Math.floor(minutes % 1440 / 60) + " giờ " + minutes % 60 + " phút";
    });
  }
  setInterval(countDown, 6e4);

  /* ---- forms: unsaved changes, double sending, filters that submit themselves ---- */
  const unsaved = new Set();
  let waiting = 0;

  function submitSoon(form, delay) {
    clearTimeout(waiting);
    waiting = setTimeout(() => { if (form.isConnected) form.requestSubmit(); }, delay);
  }
  ["input", "change"].forEach((name) => doc.addEventListener(name, (event) => {
    const form = event.target.form;
    const search = event.target.type === "search";
    if (!form) return;
    if (form.matches("[data-auto]") && search === (name === "input") && !event.isComposing) submitSoon(form, search ? 350 : keyed(event) ? 700 : 0);
    if (name !== "input" || !form.matches("[data-guard]")) return; // a change is no news after its input
    unsaved.add(form);
    const state = one("[data-saved]", form);
    if (state) state.textContent = "Có thay đổi chưa lưu";
  }));

  /* Arrows walk through a list of choices one by one: wait until they rest, or the walk is broken off at each step. */
  let lastKey = 0;
  doc.addEventListener("keydown", (event) => { if (event.target.matches("select")) lastKey = event.timeStamp; }, true);
  function keyed(event) { return event.target.matches("select") && event.timeStamp - lastKey < 200; }

  doc.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method !== "post") return; // htmx prevents the default of what it sends itself
    if (form.dataset.sending) { event.preventDefault(); return; }
    unsaved.delete(form);
    form.dataset.sending = "1";
    if (event.submitter) event.submitter.setAttribute("aria-busy", "true");
    setTimeout(() => sendable(form), 8000); // the answer may have been a file, then this page stays
  });

  function sendable(form) {
    delete form.dataset.sending;
    Array.from(form.elements).forEach((node) => node.removeAttribute("aria-busy")); // also those that only name the form
  }
  addEventListener("pageshow", () => all("form[data-sending]").forEach(sendable)); // back, out of the browser's cache

  addEventListener("beforeunload", (event) => {
    unsaved.forEach((form) => { if (!form.isConnected) unsaved.delete(form); });
    if (unsaved.size) { event.preventDefault(); event.returnValue = ""; }
  });

  /* ---- htmx: busy regions, focus, speech, failures that keep the page ---- */
  const FAILURES = {
    0: ["Mất kết nối", "Nội dung vẫn ở trên màn hình. Kiểm tra mạng rồi thử lại."],
    400: ["Chưa thực hiện được", "Phiên làm việc đã thay đổi. Tải lại trang rồi làm lại; những gì đã lưu vẫn còn."],
    401: ["Phiên làm việc đã hết", "Đăng nhập lại để tiếp tục. Nội dung vẫn ở trên màn hình."],
    403: ["Không có quyền làm việc này", "Chưa có gì thay đổi. Nếu công việc cần quyền này, đề nghị lãnh đạo đơn vị phân công."],
    404: ["Không tìm thấy nội dung này", "Có thể đã bị xóa hoặc chuyển đi. Tải lại trang để xem bản mới nhất."],
    413: ["Tệp quá lớn", "Tệp chưa được nhận. Giảm dung lượng rồi chọn lại."],
    429: ["Thao tác quá nhanh", "Chờ ít phút rồi thử lại. Nội dung vẫn ở trên màn hình."],
    503: ["Hệ thống đang bận", "Thao tác chưa được ghi. Nội dung vẫn ở trên màn hình; thử lại sau ít giây."],
    500: ["Hệ thống gặp lỗi", "Thao tác chưa được ghi. Nội dung vẫn ở trên màn hình. Nếu vẫn lỗi, gọi bộ phận hỗ trợ."]
  };

  /* What an error page says, as title and text: the server knows better than the table above. */
  function told(xhr) {
    const page = xhr && /^\s*<!doctype/i.test(xhr.responseText || "") && new DOMParser().parseFromString(xhr.responseText, "text/html").querySelector(".error-page");
    return page ? [one("h1", page).textContent, one("p:not(.code)", page).textContent] : null;
  }

  function failed(detail, status) {
    const known = FAILURES[status] || (status >= 500 ? FAILURES[500] : FAILURES[400]);
    const [title, text] = told(detail.xhr) || known;
    const code = status >= 500 && text === FAILURES[500][1] && detail.xhr.getResponseHeader("X-Request-Id");
    const source = detail.elt;
    const retry = (status === 0 || status === 429 || status >= 500) && source && source.isConnected && source.matches("form, a, button");
    failure(status, title, text + (code ? " Mã: " + code + "." : ""), retry ? () => again(source) : null);
    calm();
  }

  function again(source) {
    if (source.matches("form")) source.requestSubmit();
    else source.click();
  }

  function calm() {
    all("[data-region][aria-busy], form [aria-busy], [form][aria-busy]").forEach((node) => node.removeAttribute("aria-busy"));
  }

  doc.addEventListener("htmx:beforeRequest", (event) => {
    const source = event.detail.elt;
    const region = (event.detail.target || source).closest("[data-region]");
    if (region && !source.matches(".job")) region.setAttribute("aria-busy", "true");
    const trigger = event.detail.requestConfig && event.detail.requestConfig.triggeringEvent;
    if (trigger && trigger.submitter) trigger.submitter.setAttribute("aria-busy", "true");
  });

  /* What was typed while the answer was on its way is not lost with the swap. */
  let typed = null;

  doc.addEventListener("htmx:beforeSwap", (event) => {
    const answered = event.detail.xhr && event.detail.xhr.responseURL ? new URL(event.detail.xhr.responseURL) : null;
    const signIn = doc.body.dataset.signIn;
    if (answered && signIn && answered.pathname === signIn && location.pathname !== signIn) {
      event.detail.shouldSwap = false;
      unsaved.clear();
      location.assign(signIn + "?tiep=" + encodeURIComponent(location.pathname + location.search));
      return;
    }
    if (event.detail.xhr && event.detail.xhr.status >= 400 && told(event.detail.xhr)) { // an error page has no place inside this one
      event.detail.shouldSwap = false;
      failed({ xhr: event.detail.xhr, elt: event.detail.requestConfig.elt }, event.detail.xhr.status);
      return;
    }
    const active = doc.activeElement;
    typed = active && active.id && typing(active) && event.detail.target && event.detail.target.contains(active)
      ? { id: active.id, value: active.value, start: active.selectionStart, end: active.selectionEnd } : null;
  });

  function restoreTyped() {
    const field = typed && doc.getElementById(typed.id);
    const before = typed;
    typed = null;
    if (!field || one("[data-focus]")) return;
    field.focus({ preventScroll: true });
    if (field.type === "search" && field.value !== before.value) {
      field.value = before.value;
      if (field.form && field.form.matches("[data-auto]")) submitSoon(field.form, 350);
    }
    try { field.setSelectionRange(before.start, before.end); } catch (error) { /* dates and numbers have no selection */ }
  }

  /* Focus; in a field that holds text already the cursor stands at its end. */
  function goOnIn(node) {
    node.focus();
    if (node.tagName === "INPUT" && typing(node) && node.value) {
      try { node.setSelectionRange(node.value.length, node.value.length); } catch (error) { /* numbers and dates have none */ }
    }
  }

  function settle(swapped) {
    keepRoles();
    fadeToasts();
    const focus = all("[data-focus]").find(visible);
    all("[data-focus]").forEach((node) => node.removeAttribute("data-focus"));
    if (focus) goOnIn(focus);
    else if (swapped && doc.activeElement === doc.body && swapped.matches("[data-region]")) {
      swapped.tabIndex = -1; // what had focus went with the swap: begin where the new content begins
      swapped.focus({ preventScroll: true });
    }
    const count = swapped && one("[data-count]", swapped);
    if (count) say(count.textContent.trim());
  }

  doc.addEventListener("htmx:afterSettle", (event) => {
    calm();
    restoreTyped();
    settle(event.detail.elt.isConnected ? event.detail.elt : doc.body);
  });

  /* Saved, or parked on the way to sign-in: leaving the page loses nothing any more. */
  doc.addEventListener("htmx:beforeOnLoad", (event) => {
    const form = event.detail.elt.closest("form[data-guard]");
    if (event.detail.xhr.status < 500) all(".toast[data-failure='0']").forEach((toast) => toast.remove()); // the network is back
    const kept = event.detail.xhr.status < 400 || event.detail.xhr.getResponseHeader("HX-Redirect");
    if (form && kept && event.detail.elt.matches("form")) unsaved.delete(form);
  });
  doc.addEventListener("htmx:responseError", (event) => failed(event.detail, event.detail.xhr.status));
  ["htmx:sendError", "htmx:timeout"].forEach((name) => doc.addEventListener(name, (event) => failed(event.detail, 0)));

  window.portal = { one, all, visible, typing, say, make, closeButton, toggleSide, kept: (form) => unsaved.delete(form) };
  doc.documentElement.classList.add("js");
  settle(null);
})();
