// The officer's page in a car: a short notice while it moves, the whole card where it stands.
"use strict";

(() => {
  const SHOWN_MILLISECONDS = 5000;
  const NOTICE_UNTIL_MILLISECONDS = 30000;
  // A card that has just come under a finger takes no tap yet.
  const GUARD_MILLISECONDS = 700;
  // So long after a cut the page's last word of how the car moves still counts.
  const STALE_MILLISECONDS = 3000;
  const BELIEVED_MILLISECONDS = 300000;
  const ANSWER_MILLISECONDS = 15000;
  const SHOWN_HOURS = 24;
  const MOST_ANNOUNCED = 5;
  const cards = document.getElementById("cards");
  const lines = document.getElementById("lines");
  const current = document.getElementById("current");
  const next = document.getElementById("next");
  const notice = document.getElementById("notice");
  const rest = document.getElementById("rest");
  const stands = document.getElementById("stands");
  const known = new Map();
  const opened = new Set();
  let open = null;
  let openedAt = 0;
  let motion = document.getElementById("drive").hidden ? "standing" : "moving";
  let notices = [];
  let noticed = null;
  let noticing = null;
  let offeredAt = 0;
  let isSaying = false;
  // It was a moment ago, when it sent the page.
  let isLive = true;
  let stale = null;
  let arrived = [];
  let batch = null;
  Clock.heard(cards.dataset.now);

  const parts = (change) => change.split(".").map(Number);
  const isOlder = (one, other) => parts(one).every((number, place) => number <= parts(other)[place]);

  function parsed(html) {
    const holder = document.createElement("template");
    holder.innerHTML = html;
    return holder.content.firstElementChild;
  }

  function take(html, isComing) {
    const node = typeof html === "string" ? parsed(html) : html;
    const before = known.get(node.dataset.id);
    if (before !== undefined && isOlder(node.dataset.change, before.data.change)) return;
    const one = {
      id: node.dataset.id,
      data: { ...node.dataset },
      line: node.querySelector(".line"),
      article: node.querySelector("article"),
      glance: node.querySelector(".glance"),
    };
    node.remove();
    known.set(one.id, one);
    place(one, before);
    if (open === one.id) show(one, before);
    if (noticing === one.id) draw(one);
    // What a storm brings is in the list, and disturbs nobody.
    if (isComing && one.data.storm === "0") {
      if (before === undefined) came(one, one.data.tone);
      else if (before.data.canceled === "0" && one.data.canceled === "1") came(one, "canceled");
    }
    offer();
  }

  function place(one, before) {
    const had = before !== undefined && before.line.contains(document.activeElement);
    if (before !== undefined) before.line.remove();
    const later = [...lines.children].find((line) => known.get(line.dataset.id).data.at < one.data.at);
    one.line.dataset.id = one.id;
    lines.insertBefore(one.line, later ?? null);
    if (had) one.line.querySelector("button").focus({ preventScroll: true });
  }

  function show(one, before) {
    const focused = document.activeElement;
    const key = current.contains(focused) ? focused.dataset.key ?? "card" : null;
    // What came of it may move what is below a finger; what was said of it here does not.
    if (before !== undefined && parts(before.data.change)[0] !== parts(one.data.change)[0]) openedAt = Date.now();
    const isMoreOpen = open === one.id && current.querySelector(".more")?.open;
    open = one.id;
    current.replaceChildren(one.article);
    if (isMoreOpen) one.article.querySelector(".more").open = true;
    for (const line of lines.children) {
      line.querySelector("button").setAttribute("aria-current", String(line.dataset.id === one.id));
    }
    if (key !== null || focused === document.body || focused === null) {
      const same = [...one.article.querySelectorAll(`[data-key="${key}"]`)].find((each) => each.closest("[hidden]") === null);
      (same ?? one.article).focus({ preventScroll: true });
    }
    if (motion === "standing" && !opened.has(one.id)) {
      opened.add(one.id);
      fetch(`/alerts/${one.id}/opened`, { method: "POST" })
        .then((answer) => { if (!answer.ok) opened.delete(one.id); }, () => opened.delete(one.id));
    }
    ago();
    tick();
  }

  function choose(id) {
    const one = known.get(id);
    if (one === undefined) return;
    openedAt = Date.now();
    if (open !== id) did("");
    show(one, undefined);
    const { top } = current.getBoundingClientRect();
    if (top < 0 || top > innerHeight / 4) current.scrollIntoView({ block: "start" });
    offer();
  }

  const isWaiting = (one) => one.data.waiting === "1" && one.data.canceled === "0";
  const urgent = () => [...known.values()].filter(isWaiting)
    .sort((one, other) => (one.data.order < other.data.order ? -1 : 1));

  // What waits is shown by itself only where nobody is at another alert: no card comes under a finger.
  function offer() {
    const waiting = urgent();
    const now = open === null ? undefined : known.get(open);
    const others = waiting.filter((one) => one.id !== open);
    if (waiting.length && now === undefined) { choose(waiting[0].id); return; }
    if (others.length && (next.hidden || next.dataset.open !== others[0].id)) offeredAt = Date.now();
    next.hidden = others.length === 0;
    if (others.length) {
      next.textContent = `Next (N): ${others[0].data.news}`;
      next.dataset.open = others[0].id;
    }
    title(waiting.length);
  }

  function title(count) {
    document.title = `${count ? `(${count}) ` : ""}Patrol`;
  }

  // What comes within a moment is one tone and one announcement.
  function came(one, tone) {
    const priority = tone === "canceled" ? "canceled" : one.data.priority;
    arrived.push({ priority, tone, key: `${one.id} ${one.data.change}`, words: one.data.news });
    notices = notices.filter((each) => each.id !== one.id);
    notices.push({ id: one.id, until: Date.now() + NOTICE_UNTIL_MILLISECONDS });
    batch ??= setTimeout(() => {
      Tones.most(arrived, arrived[arrived.length - 1].key);
      silence();
      document.getElementById("news").textContent = announced();
      arrived = [];
      batch = null;
      tell();
    }, 100);
  }

  function announced() {
    const more = arrived.length - MOST_ANNOUNCED;
    return arrived.slice(0, MOST_ANNOUNCED).map((each) => each.words).concat(more > 0 ? [`and ${more} more`] : []).join("; ");
  }

  // While the car moves: one notice at a time, the most urgent first, each for five seconds.
  function tell() {
    notices = notices.filter((one) => one.until > Date.now());
    if (motion === "standing") { notices = []; quiet(); return; }
    if (noticed !== null || notices.length === 0) return;
    notices.sort((one, other) => (known.get(one.id).data.order < known.get(other.id).data.order ? -1 : 1));
    const one = known.get(notices.shift().id);
    draw(one);
    rest.hidden = true;
    noticing = one.id;
    noticed = setTimeout(() => { quiet(); tell(); }, SHOWN_MILLISECONDS);
  }

  function draw(one) {
    const picture = one.article.querySelector("img.plate");
    const shown = [one.glance.cloneNode(true)];
    shown[0].setAttribute("role", "heading");
    shown[0].setAttribute("aria-level", "1");
    if (picture !== null) {
      const image = document.createElement("img");
      image.src = picture.getAttribute("src");
      image.alt = "";
      shown.push(image);
    }
    notice.replaceChildren(...shown);
  }

  function quiet() {
    clearTimeout(noticed);
    noticed = noticing = null;
    notice.replaceChildren();
    rest.hidden = false;
  }

  function moves(how) {
    const stood = motion === "standing";
    motion = how;
    document.getElementById("drive").hidden = motion === "standing";
    document.getElementById("stand").hidden = motion !== "standing";
    stands.hidden = motion !== "unknown";
    if (motion === "standing" && !stood) {
      quiet();
      if (open !== null) show(known.get(open), undefined);
    }
    tell();
  }

  function car(text) {
    const is = JSON.parse(text);
    Clock.heard(is.now);
    rest.textContent = is.rest;
    rest.classList.toggle("stopped", !is.reading);
    document.getElementById("states").innerHTML = is.html;
    moves(is.motion);
  }

  // Where the car's program does not answer, nobody knows whether the car still stands: it counts as moving.
  function cut(milliseconds = STALE_MILLISECONDS) {
    clearTimeout(stale);
    stale = setTimeout(() => { if (!isLive) moves("unknown"); }, milliseconds);
  }

  function believe() {
    if (isLive) { fetch("/standing", { method: "POST" }).catch(() => undefined); return; }
    moves("standing");
    cut(BELIEVED_MILLISECONDS);
  }

  function did(words) {
    document.getElementById("did").textContent = words;
  }

  async function copy(plate) {
    try {
      await navigator.clipboard.writeText(plate);
      did(`${plate} copied: paste it into the record check.`);
    } catch {
      did(`Run the record check for ${plate}: the browser did not let it be copied.`);
    }
  }

  async function say(form, button) {
    if (isSaying || motion !== "standing" || Date.now() - openedAt < GUARD_MILLISECONDS) return;
    const body = new FormData(form);
    if (button?.name) body.set(button.name, button.value);
    body.set("seen", parts(known.get(open).data.change)[0]);
    let answer;
    isSaying = true;
    try {
      const signal = AbortSignal.timeout(ANSWER_MILLISECONDS);
      answer = await fetch(form.dataset.answer, { method: "POST", body, signal, headers: { Accept: "application/json" } });
    } catch {
      did("Not said: the car's own program does not answer. Try again.");
      return;
    } finally {
      isSaying = false;
    }
    const what = await answer.json().catch(() => ({}));
    if (answer.status === 401) { location.reload(); return; }
    if (what.again) {
      const again = current.querySelector(".again");
      if (again === null) return;
      again.hidden = false;
      openedAt = Date.now();
      again.querySelector("[data-back]").focus();
      return;
    }
    if (what.html && !answer.ok) take(what.html, true);
    if (!answer.ok) { did(`Not said: ${what.detail ?? "it failed"}.`); return; }
    did("Said; the server hears of it when it is reached.");
    take(what.html, false);
    if (what.copy) copy(what.copy);
  }

  function ago() {
    for (const one of document.querySelectorAll("#current .ago")) {
      const seconds = Math.max(0, Math.round((Clock.now() - new Date(one.dataset.at)) / 1000));
      one.textContent = seconds < 120 ? `${seconds} s ago`
        : seconds < 7200 ? `${Math.round(seconds / 60)} min ago` : `${Math.round(seconds / 3600)} h ago`;
    }
  }

  // A page that is open for longer than a shift shows no more than one that is opened anew.
  function forget() {
    const oldest = Clock.now() - SHOWN_HOURS * 3600000;
    for (const one of known.values()) {
      if (one.id === open || new Date(one.data.at) >= oldest) continue;
      one.line.remove();
      known.delete(one.id);
    }
    offer();
  }

  function silence() {
    document.getElementById("silent").hidden = !Tones.isSilent();
  }

  for (const name of ["normal", "low"]) {
    const box = document.getElementById(`tone-${name}`);
    box.checked = localStorage.getItem(box.id) !== "off";
    box.addEventListener("change", () => localStorage.setItem(box.id, box.checked ? "on" : "off"));
    // What is muted in one tab is in the others, of which one sounds.
    addEventListener("storage", (event) => { if (event.key === box.id) box.checked = event.newValue !== "off"; });
  }
  document.getElementById("tone-try").addEventListener("click", () => {
    ["high", "normal", "low", "other-state"].forEach((name, number) => setTimeout(() => Tones.sound(name), number * 1400));
  });
  for (const kind of ["pointerdown", "keydown"]) {
    addEventListener(kind, () => { Tones.ready(); setTimeout(silence, 100); }, { passive: true });
  }
  current.addEventListener("submit", (event) => {
    if (!event.target.dataset.answer) return;
    event.preventDefault();
    say(event.target, event.submitter);
  });
  addEventListener("click", (event) => {
    const opener = event.target.closest("[data-open]");
    if (opener === next && Date.now() - offeredAt < GUARD_MILLISECONDS) return;
    if (opener !== null) { choose(opener.dataset.open); current.querySelector("article")?.focus({ preventScroll: true }); }
    if (event.target.closest("[data-back]") !== null) {
      current.querySelector(".again").hidden = true;
      current.querySelector('[data-key="1"]').focus();
    }
  });
  stands.addEventListener("click", believe);
  // A picture may be gone from the disk: what is left of it says so, and takes no words while the car moves.
  addEventListener("error", (event) => {
    if (!(event.target instanceof HTMLImageElement)) return;
    const words = document.createElement("p");
    words.className = "nopicture";
    words.textContent = "the picture of the plate is not there any more";
    if (notice.contains(event.target)) event.target.remove();
    else event.target.replaceWith(words);
  }, true);

  // Keys: within a card its own, everywhere the arrows and N; nothing while somebody types, and nothing while it moves.
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.repeat || motion !== "standing") return;
    if (event.target.matches("input:not([type=checkbox]), select, textarea")) return;
    if (event.key.toLowerCase() === "n" && !next.hidden) { event.preventDefault(); next.click(); return; }
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && lines.children.length) {
      event.preventDefault();
      const all = [...lines.children].map((line) => line.dataset.id);
      const at = all.indexOf(open);
      choose(all[Math.min(all.length - 1, Math.max(0, at + step))]);
      current.querySelector("article").focus();
      return;
    }
    if (!current.contains(document.activeElement)) return;
    const again = current.querySelector(".again:not([hidden])");
    const within = again ?? current;
    const button = [...within.querySelectorAll(`[data-key="${CSS.escape(event.key.toLowerCase())}"]`)]
      .find((one) => one.closest("[hidden]") === null);
    if (button) { event.preventDefault(); button.click(); }
  });

  for (const node of [...cards.children]) take(node, false);
  follow(cards.dataset.events, cards.dataset.after, {
    card: (html) => take(html, true),
    events: { car, "signed-out": () => location.reload() },
    // A program that was started anew knows nobody: whoever is here has to sign on.
    refused() {
      fetch("/here").then((answer) => { if (answer.status === 401) location.reload(); }, () => undefined);
    },
    state(state) {
      const wasLive = isLive;
      isLive = state === "live";
      if (isLive) clearTimeout(stale);
      else if (wasLive) cut();
      const live = document.getElementById("live");
      live.textContent = state === "live" ? "live" : "cut";
      live.classList.toggle("lost", state !== "live");
      const trouble = document.getElementById("trouble");
      trouble.hidden = state === "live";
      trouble.textContent = state === "live" ? ""
        : "The car's own program does not answer: alerts that come now are not shown. It tries again by itself.";
      if (state !== "live") rest.textContent = "NOT SHOWN: program does not answer.";
    },
  });
  setInterval(ago, 1000);
  setInterval(forget, 60000);
  silence();
  offer();
})();
