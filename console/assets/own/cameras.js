// Where cameras stand.
"use strict";

(() => {
  const box = document.getElementById("cameras-map");
  if (box === null) return;
  const map = Maps.open(box);
  const colors = { works: "--good", fails: "--alarm", waits: "--warn", unknown: "--faint" };
  const places = [];
  for (const one of document.querySelectorAll(".camera[data-latitude]")) {
    const at = Maps.point(one), paint = Maps.color(colors[one.dataset.state]);
    if (one.dataset.heading !== undefined) Maps.heading(map, at, Number(one.dataset.heading), paint, 0.0008);
    const words = Maps.text(`${one.dataset.label} (${one.dataset.state})`);
    L.circleMarker(at, { radius: 8, color: paint, fillOpacity: 0.7 }).bindTooltip(words).addTo(map);
    places.push(at);
  }
  if (places.length > 1) map.fitBounds(places, { padding: [30, 30], maxZoom: 16 });
  else map.setView(places[0], 15);
})();
