// An alert's page while something changes: what is known is shown anew; what was typed stays.
"use strict";

(() => {
  const facts = document.getElementById("facts");

  // What may be done follows from what was said; the page's own look is no news.
  const life = () => facts.querySelector(".facts").dataset.life;
  const shown = life();

  async function renew() {
    const answer = await fetch(facts.dataset.facts, { headers: { Accept: "text/html" }, cache: "no-store" });
    if (!answer.ok) return;
    facts.innerHTML = await answer.text();
    document.getElementById("changed").hidden = life() === shown;
    tick();
  }

  follow(facts.dataset.events, Number(facts.dataset.after), { card: renew, state: said });
  tick();
})();
