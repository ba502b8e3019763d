/* drafts.js: what is typed into a form with data-draft is kept on the server while it is typed, and when the page is left. Nothing is kept
   in the browser. The form's own address takes the draft (field _nhap); files and passwords stay out. Loaded after portal.js. */
(function () {
  "use strict";

  if (window.portal.drafts) return; // every form with a draft brings this script along
  window.portal.drafts = true;
  const { one, all, kept, make } = window.portal;
  const doc = document;
  const WAIT = 3000; // after the last key
  const LONGEST = 15000; // while one types on and on
  const RETRY = 15000;
  const watched = new Map(); // form: { timer, since, last, left, waiting }

  function watch(form) {
    if (!watched.has(form)) watched.set(form, { timer: 0, since: 0, last: "", alive: form.dataset.draft === "kept", sent: false, call: null });
    return watched.get(form);
  }

  /* The form's fields as they are sent, without files and passwords. */
  function fieldsOf(form) {
    const data = new FormData(form);
    Array.from(form.elements).forEach((node) => {
      if (node.name && /^(file|password)$/.test(node.type)) data.delete(node.name);
    });
    return data;
  }
  const written = (data) => JSON.stringify(Array.from(data.entries()).filter((pair) => pair[0] !== "csrf_token" && pair[0] !== "_ve"));

  function show(form, text, address) {
    const place = one("[data-draft-state]", form) || one("[data-draft-state]");
    if (!place) return;
    place.textContent = text;
    if (address) place.append(" ", make("a", { href: address }, "Đăng nhập lại"));
  }

  function soon(form, delay) {
    const state = watch(form);
    if (!state.since) state.since = Date.now();
    clearTimeout(state.timer);
    state.timer = setTimeout(() => save(form), Math.max(0, Math.min(delay, state.since + LONGEST - Date.now())));
  }

  async function save(form) {
    const state = watch(form);
    clearTimeout(state.timer);
    if (!form.isConnected || state.sent) return;
    if (state.call) { soon(form, WAIT); return; } // one at a time, in their order
    const data = fieldsOf(form);
    const text = written(data);
    state.since = 0;
    if (text === state.last) return;
    data.set("_nhap", "dang-go");
    state.call = new AbortController();
    try {
      const answer = await fetch(form.getAttribute("action"), { method: "POST", body: data, redirect: "manual", signal: state.call.signal });
      await answered(form, state, text, answer);
    } catch (error) {
      if (error.name !== "AbortError") { show(form, "Chưa lưu được nháp: mất kết nối. Cổng sẽ thử lại."); soon(form, RETRY); }
    } finally {
      state.call = null;
    }
  }

  async function answered(form, state, text, answer) {
    if (answer.ok) {
      state.last = text;
      state.alive = true;
      show(form, await answer.text());
      if (written(fieldsOf(form)) === text) kept(form); else soon(form, WAIT);
    } else if (answer.status === 401) {
      state.last = text;
      show(form, await answer.text(), doc.body.dataset.signIn + "?tiep=" + encodeURIComponent(location.pathname + location.search));
    } else if (answer.status >= 500 || answer.status === 429) {
      show(form, "Chưa lưu được nháp: hệ thống đang bận. Cổng sẽ thử lại.");
      soon(form, RETRY);
    } else {
      const page = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector(".error-page p:not(.code)");
      show(form, "Chưa lưu được nháp. " + (page ? page.textContent : "Tải lại trang để xem bản mới nhất."));
    }
  }

  ["input", "change"].forEach((name) => doc.addEventListener(name, (event) => {
    const form = event.target.form;
    if (form && form.matches("form[data-draft]") && event.target.name && event.target.type !== "file") {
      watch(form).sent = false;
      show(form, "Có thay đổi chưa lưu");
      soon(form, WAIT);
    }
  }));

  /* Sent: the answer decides what becomes of it, no draft may come after. A page that stays (a download, a refusal) goes on. */
  function sent(form) {
    const state = watch(form);
    clearTimeout(state.timer);
    if (state.call) state.call.abort();
    state.sent = true;
    state.since = 0;
  }
  doc.addEventListener("submit", (event) => {
    if (event.target.matches("form[data-draft]") && !event.defaultPrevented) sent(event.target);
  });
  doc.addEventListener("htmx:beforeRequest", (event) => { if (event.detail.elt.matches("form[data-draft]")) sent(event.detail.elt); });
  ["htmx:sendError", "htmx:timeout", "htmx:responseError"].forEach((name) => doc.addEventListener(name, (event) => {
    const form = event.detail.elt;
    if (form.matches("form[data-draft]") && form.isConnected) { watch(form).sent = false; soon(form, RETRY); }
  }));
  addEventListener("pageshow", (event) => { if (event.persisted) watched.forEach((state) => { state.sent = false; }); });

  /* A row whose editing is given up: what was kept of it goes too. */
  doc.addEventListener("click", (event) => {
    const cancel = event.target.closest && event.target.closest("[data-cancel]");
    const form = cancel && one("form[data-draft]", cancel.closest("[data-editing]") || cancel.closest("tr"));
    if (!form) return;
    const alive = watch(form).alive || watch(form).call;
    sent(form);
    if (alive) post(form, "thoi");
  });

  /* Two versions: the chosen one goes into its field; what is typed there afterwards wins, then neither is chosen. */
  const placed = (form, place) => {
    const [name, choice] = place.split(":");
    return Array.from(form.elements).filter((node) => node.name === name && (choice === undefined || node.value === choice));
  };

  function take(radio) {
    const form = radio.form;
    const values = Array.from(form.elements).filter((node) => node.name === "_" + radio.value + "." + radio.dataset.take).map((node) => node.value).filter(Boolean);
    placed(form, radio.dataset.take).forEach((node) => {
      if (/^(checkbox|radio)$/.test(node.type)) node.checked = values.includes(node.value);
      else node.value = values[0] || "";
    });
  }
  doc.addEventListener("change", (event) => { if (event.target.matches("[data-take]")) take(event.target); });
  doc.addEventListener("click", (event) => {
    const button = event.target.closest && event.target.closest("[data-take-all]");
    if (!button) return;
    const chosen = Array.from(button.form.elements).filter((node) => node.dataset.take && node.value === button.dataset.takeAll);
    chosen.forEach((radio) => { radio.checked = true; take(radio); });
    if (chosen.length) chosen[0].dispatchEvent(new Event("change", { bubbles: true }));
  });
  doc.addEventListener("input", (event) => {
    const form = event.target.form;
    if (!form || event.target.matches("[data-take]")) return;
    const place = event.target.type === "checkbox" ? event.target.name + ":" + event.target.value : event.target.name;
    Array.from(form.elements).forEach((node) => { if (node.dataset.take === place || node.dataset.take === event.target.name) node.checked = false; });
  });

  function post(form, wanted) {
    const data = fieldsOf(form);
    data.set("_nhap", wanted);
    return navigator.sendBeacon(form.getAttribute("action"), data);
  }

  /* Leaving in good order: what was typed is kept, and offered when the person comes back. */
  addEventListener("pagehide", () => {
    all("form[data-draft='kept']").forEach(watch);
    watched.forEach((state, form) => {
      clearTimeout(state.timer);
      if (form.isConnected && !state.sent && (state.alive || state.since || state.call)) post(form, "roi-trang");
    });
  });
  doc.addEventListener("visibilitychange", () => {
    if (doc.visibilityState !== "hidden") return;
    watched.forEach((state, form) => { if (state.since) save(form); }); // a phone may end the page without another word
  });
})();
