// What a camera sees now: its own video where the browser plays it, else pictures; and the words once the time is over.
"use strict";

(() => {
  const tile = document.querySelector(".live-tile");
  if (tile === null) return;
  const words = document.getElementById("live-words");
  const video = document.getElementById("live-video"), picture = document.getElementById("live-picture");
  const over = () => { words.textContent = "The view is over. To look again, say why again."; };
  // What the camera itself sends is told by the answer; whether H.264 is played at all, by the browser.
  const PLAYED = 'video/mp4; codecs="avc1.640028"';
  const BEHIND = 1.5, KEPT = 10;
  // The address stays good for no second time: whoever comes back to it sees the camera's page.
  history.replaceState(null, "", location.pathname);
  setTimeout(over, Number(tile.dataset.seconds) * 1000 + 500);
  picture.addEventListener("error", over);

  function pictures() {
    video?.remove();
    picture.hidden = false;
    picture.src = picture.dataset.src;
  }

  const done = (buffer) => new Promise((resolve, reject) => {
    buffer.addEventListener("updateend", resolve, { once: true });
    buffer.addEventListener("error", reject, { once: true });
  });

  async function play() {
    const answer = await fetch(video.dataset.src, { cache: "no-store" });
    const type = answer.headers.get("Content-Type");
    if (!answer.ok || !MediaSource.isTypeSupported(type)) { await answer.body?.cancel(); over(); return; }
    const source = new MediaSource();
    video.src = URL.createObjectURL(source);
    await new Promise((resolve) => source.addEventListener("sourceopen", resolve, { once: true }));
    URL.revokeObjectURL(video.src);
    const buffer = source.addSourceBuffer(type), reader = answer.body.getReader();
    for (;;) {
      const part = await reader.read();
      if (part.done) break;
      const whole = done(buffer);
      buffer.appendBuffer(part.value);
      await whole;
      await edge(buffer);
    }
    source.endOfStream();
  }

  // Whoever fell behind goes on at what is now; what was shown is let go.
  async function edge(buffer) {
    if (!buffer.buffered.length) return;
    const end = buffer.buffered.end(buffer.buffered.length - 1), begin = buffer.buffered.start(0);
    if (end - video.currentTime > BEHIND) video.currentTime = end - 0.1;
    if (video.currentTime - begin > 2 * KEPT) {
      const gone = done(buffer);
      buffer.remove(begin, video.currentTime - KEPT);
      await gone;
    }
  }

  if (video === null || !window.MediaSource?.isTypeSupported(PLAYED)) pictures();
  else play().catch(over);
})();
