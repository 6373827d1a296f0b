// A tone for each priority, made here: no file is loaded. That of high cannot be muted.
"use strict";

const Tones = (() => {
  const MELODIES = {
    high: [[1175, 0], [880, 0.18], [1175, 0.36], [880, 0.54], [1175, 0.72], [880, 0.9]],
    normal: [[740, 0], [740, 0.3]],
    low: [[523, 0]],
    canceled: [[523, 0], [392, 0.2]],
    // Another state than is listed: a question, and no call to act. It falls, then rises, and is never shrill.
    "other-state": [[587, 0], [440, 0.25], [587, 0.5]],
  };
  const RANKS = ["high", "normal", "low", "canceled"];
  let context = null;
  // What was played, for the tests of the page and for whoever looks into why nothing was heard.
  const played = [];

  function muted(priority) {
    if (priority === "high") return false;
    const box = document.getElementById(`tone-${priority}`);
    return box !== null && !box.checked;
  }

  function ready() {
    if (context === null) context = new AudioContext();
    if (context.state === "suspended") context.resume();
    return context;
  }

  function sound(priority) {
    const audio = ready();
    const begin = audio.currentTime + 0.02;
    for (const [pitch, at] of MELODIES[priority]) {
      const voice = audio.createOscillator();
      const volume = audio.createGain();
      voice.type = priority === "high" ? "square" : "sine";
      voice.frequency.value = pitch;
      volume.gain.setValueAtTime(0.0001, begin + at);
      volume.gain.exponentialRampToValueAtTime(0.4, begin + at + 0.02);
      volume.gain.exponentialRampToValueAtTime(0.0001, begin + at + 0.16);
      voice.connect(volume).connect(audio.destination);
      voice.start(begin + at);
      voice.stop(begin + at + 0.17);
    }
    played.push(priority);
    document.documentElement.dataset.tones = played.join(" ");
  }

  // Of several tabs one sounds: whoever gets the lock, for as long as the melody takes.
  function once(tone, key) {
    if (!navigator.locks) { sound(tone); return; }
    navigator.locks.request(`tone ${key}`, { ifAvailable: true }, (lock) => {
      if (lock === null) return undefined;
      sound(tone);
      return new Promise((done) => setTimeout(done, 3000));
    });
  }

  // Of what came at once the most urgent sounds, and of two that press alike the one whose state agrees. What a tone
  // is muted by is the priority: what presses most is heard whatever its state.
  function most(notes, key) {
    const heard = notes.filter((note) => !muted(note.priority));
    const rank = (note) => 2 * RANKS.indexOf(note.priority) + (note.tone === "other-state" ? 1 : 0);
    heard.sort((one, other) => rank(one) - rank(other));
    if (heard.length) once(heard[0].tone, heard[0].key ?? key);
  }

  function isSilent() {
    return ready().state !== "running";
  }

  return { isSilent, most, ready, sound };
})();
