// The stream of what comes: goes on by itself where it was cut, and says so when nobody knows whether something came.
"use strict";

function follow(address, after, on) {
  // Longer than the server is ever silent; then the way to it is cut, though nobody said so.
  const SILENT_MILLISECONDS = 30000;
  let last = after;
  let source = null;
  let heard = 0;
  let again = null;

  function open() {
    clearTimeout(again);
    again = null;
    if (source !== null) source.close();
    heard = Date.now();
    const join = address.includes("?") ? "&" : "?";
    source = new EventSource(`${address}${join}after=${last}`);
    source.onopen = () => { heard = Date.now(); on.state("live"); };
    source.onerror = () => {
      on.state("lost");
      // It tries again by itself, but for an answer that is an error: a proxy's, or the server's while it starts.
      if (source.readyState !== EventSource.CLOSED) return;
      again ??= setTimeout(open, 2000);
      on.refused?.();
    };
    source.addEventListener("card", (event) => {
      heard = Date.now();
      last = event.lastEventId || last;
      on.card(event.data, last);
    });
    source.addEventListener("alive", () => { heard = Date.now(); });
    source.addEventListener("stale", () => { heard = Date.now(); on.state("stale"); });
    source.addEventListener("fresh", () => { heard = Date.now(); on.state("live"); });
    for (const [name, take] of Object.entries(on.events || {})) {
      source.addEventListener(name, (event) => { heard = Date.now(); take(event.data); });
    }
    source.addEventListener("signed-out", () => { source.close(); location.reload(); });
  }

  setInterval(() => {
    if (again === null && Date.now() - heard > SILENT_MILLISECONDS) { on.state("lost"); open(); }
  }, 5000);
  addEventListener("pagehide", () => { if (source !== null) source.close(); });
  addEventListener("pageshow", (event) => { if (event.persisted) open(); });
  open();
}

function said(state) {
  const trouble = document.getElementById("trouble");
  const words = {
    lost: "The connection to the server is cut: alerts that come now are not shown. It tries again by itself.",
    stale: "The server's database does not answer: alerts that come now are not shown.",
  };
  trouble.hidden = !(state in words);
  trouble.textContent = words[state] || "";
}

// The time of the machine that serves, where its page says it: a phone's clock may be another one.
const Clock = (() => {
  let ahead = 0;
  return { heard(moment) { ahead = Date.now() - new Date(moment); }, now: () => Date.now() - ahead };
})();

// How long an entering agency still has, on every clock of the page.
function tick() {
  for (const clock of document.querySelectorAll(".clock[data-due]")) {
    const left = Math.round((new Date(clock.dataset.due) - Clock.now()) / 1000);
    const size = Math.abs(left);
    const text = `${Math.floor(size / 60)}:${String(size % 60).padStart(2, "0")}`;
    clock.querySelector(".left").textContent = left < 0 ? `(over by ${text})` : `(${text} left)`;
    clock.classList.toggle("late", left < 0);
  }
}
setInterval(tick, 1000);
