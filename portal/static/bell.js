/* bell.js: the number on the bell, asked for once a minute while the page is looked at. It never leads away from the page and never keeps a
   session alive; when the session is over it stops. Without script the number is that of the page. */
(function () {
  "use strict";

  const bell = document.querySelector("[data-bell]");
  if (!bell) return;
  const EVERY = 60000;
  let asked = Date.now();
  let timer = 0;

  function show(text) {
    const count = bell.querySelector("[data-bell-count]");
    if (count.textContent === text) return;
    count.textContent = text;
    count.hidden = !text;
    bell.querySelector("[data-bell-words]").hidden = !text;
  }

  function wait() {
    clearTimeout(timer);
    timer = setTimeout(look, Math.max(0, asked + EVERY - Date.now()));
  }

  async function look() {
    if (document.hidden) return; // asked again when the page is looked at
    asked = Date.now();
    try {
      const answer = await fetch(bell.dataset.bell, { redirect: "manual", headers: { Accept: "text/plain" } });
      if (answer.type === "opaqueredirect" || answer.status === 401) return; // the session is over
      if (answer.ok) show((await answer.text()).trim());
    } catch (error) { /* no connection: asked again */ }
    wait();
  }

  document.addEventListener("visibilitychange", () => { if (!document.hidden) wait(); });
  wait();
})();
