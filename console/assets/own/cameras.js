// Where cameras stand; and the words below a live picture once its time is over.
"use strict";

(() => {
  const box = document.getElementById("cameras-map");
  if (box === null) return;
  const map = L.map(box, { attributionControl: Boolean(box.dataset.tiles) });
  map.attributionControl?.setPrefix(false);
  const text = (words) => { const node = document.createElement("span"); node.textContent = words; return node; };
  if (box.dataset.tiles) {
    L.tileLayer(box.dataset.tiles, { maxZoom: 19, attribution: text(box.dataset.credit).innerHTML }).addTo(map);
  }
  const ink = getComputedStyle(document.documentElement);
  const color = (name) => ink.getPropertyValue(name).trim();
  const colors = { works: "--good", fails: "--alarm", waits: "--warn", unknown: "--faint" };
  const places = [];
  for (const one of document.querySelectorAll(".camera[data-latitude]")) {
    const at = [Number(one.dataset.latitude), Number(one.dataset.longitude)];
    const paint = color(colors[one.dataset.state]);
    if (one.dataset.heading !== undefined) {
      const turn = Number(one.dataset.heading) * Math.PI / 180;
      const far = [at[0] + 0.0008 * Math.cos(turn), at[1] + 0.0008 * Math.sin(turn) / Math.cos(at[0] * Math.PI / 180)];
      L.polyline([at, far], { color: paint, weight: 3 }).addTo(map);
    }
    const words = text(`${one.dataset.label} (${one.dataset.state})`);
    L.circleMarker(at, { radius: 8, color: paint, fillOpacity: 0.7 }).bindTooltip(words).addTo(map);
    places.push(at);
  }
  L.control.scale().addTo(map);
  if (places.length > 1) map.fitBounds(places, { padding: [30, 30], maxZoom: 16 });
  else map.setView(places[0], 15);
})();

(() => {
  const tile = document.querySelector(".live-tile");
  if (tile === null) return;
  const words = document.getElementById("live-words");
  const over = () => { words.textContent = "The view is over. To look again, say why again."; };
  // The address stays good for no second time: whoever comes back to it sees the camera's page.
  history.replaceState(null, "", location.pathname);
  document.getElementById("live-picture").addEventListener("error", over);
  setTimeout(over, Number(tile.dataset.seconds) * 1000 + 500);
})();
