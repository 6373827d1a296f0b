// The live list: a card takes the place of the one before, where it belongs by its order.
"use strict";

(() => {
  const list = document.getElementById("alerts");
  const live = document.getElementById("live");
  const MOST = 300;
  let arrived = [];
  let batch = null;

  function parsed(html) {
    const holder = document.createElement("template");
    holder.innerHTML = html;
    return holder.content.firstElementChild;
  }

  function place(card) {
    for (const other of list.children) {
      if (other !== card && other.dataset.order > card.dataset.order) { list.insertBefore(card, other); return; }
    }
    list.append(card);
  }

  function show(html, number) {
    const card = parsed(html);
    const before = document.getElementById(card.id);
    if (before !== null && Number(before.dataset.change) >= Number(number)) return;
    const focused = before !== null && before.contains(document.activeElement)
      ? document.activeElement.dataset.key : undefined;
    if (before !== null) before.remove();
    place(card);
    if (focused) card.querySelector(`[data-key="${focused}"]`)?.focus({ preventScroll: true });
    document.getElementById("none").hidden = true;
    const isNew = before === null && card.dataset.done === "0";
    if (isNew) card.classList.add("arrived");
    if (isNew && card.dataset.historical === "0") note(card, card.dataset.priority, card.dataset.tone);
    else if (before !== null && before.dataset.done === "0" && card.querySelector(".canceled")) note(card, "canceled", "canceled");
    while (list.children.length > MOST) list.lastElementChild.remove();
    tick();
    title();
  }

  // What comes within a moment is one tone and one announcement.
  function note(card, priority, tone) {
    arrived.push({ priority, tone, key: `${card.id} ${card.dataset.change}`, words: card.dataset.news });
    batch ??= setTimeout(() => {
      Tones.most(arrived, arrived[arrived.length - 1].key);
      silence();
      document.getElementById("news").textContent = arrived.map((one) => one.words).join("; ");
      arrived = [];
      batch = null;
    }, 150);
  }

  function title() {
    const open = list.querySelectorAll('[data-done="0"]').length;
    document.title = `${open ? `(${open}) ` : ""}Board`;
  }

  function silence() {
    document.getElementById("silent").hidden = !Tones.isSilent();
  }

  for (const name of ["normal", "low"]) {
    const box = document.getElementById(`tone-${name}`);
    box.checked = localStorage.getItem(box.id) !== "off";
    box.addEventListener("change", () => localStorage.setItem(box.id, box.checked ? "on" : "off"));
  }
  document.getElementById("tone-try").addEventListener("click", () => {
    ["high", "normal", "low", "other-state"].forEach((name, number) => setTimeout(() => Tones.sound(name), number * 1400));
  });
  for (const kind of ["pointerdown", "keydown"]) {
    addEventListener(kind, () => { Tones.ready(); setTimeout(silence, 100); }, { passive: true });
  }
  // Within the list, the arrows go from card to card.
  list.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const here = event.target.closest(".alert");
    if (!step || here === null) return;
    const next = step > 0 ? here.nextElementSibling : here.previousElementSibling;
    if (next === null) return;
    event.preventDefault();
    next.querySelector('[data-key="open"]').focus();
  });

  follow(list.dataset.events, Number(list.dataset.after), {
    card: show,
    state(state) {
      live.textContent = { live: "live", lost: "cut", stale: "not up to date" }[state];
      live.classList.toggle("lost", state !== "live");
      said(state);
    },
  });
  silence();
  title();
  tick();
})();
