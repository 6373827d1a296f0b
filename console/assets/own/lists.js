// A page that waits for a work: says how far it is, and shows the page anew once that is over.
"use strict";

(() => {
  const box = document.querySelector("[data-work]");
  if (box === null) return;

  async function look() {
    let wait = 3000;
    try {
      const answer = await fetch(`/lists/work?key=${encodeURIComponent(box.dataset.work)}`, { cache: "no-store" });
      if (answer.status === 204) { location.replace(box.dataset.page); return; }
      if (answer.ok) { box.textContent = await answer.text(); wait = 1000; }
    } catch { /* the server does not answer; it is asked again */ }
    setTimeout(look, wait);
  }
  setTimeout(look, 500);
})();
