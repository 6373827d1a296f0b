// Where a vehicle passed, among the agency's cameras. Streets come from the agency's own tile server, where one is set.
"use strict";

(() => {
  const box = document.getElementById("map");
  if (box === null) return;
  const at = [Number(box.dataset.latitude), Number(box.dataset.longitude)];
  const map = L.map(box, { zoomControl: true, attributionControl: Boolean(box.dataset.tiles) });
  map.attributionControl?.setPrefix(false);
  if (box.dataset.tiles) {
    const credit = document.createElement("span");
    credit.textContent = box.dataset.credit;
    L.tileLayer(box.dataset.tiles, { maxZoom: 19, attribution: credit.innerHTML }).addTo(map);
  }
  const ink = getComputedStyle(document.documentElement);
  const color = (name) => ink.getPropertyValue(name).trim();
  const text = (words) => { const node = document.createElement("span"); node.textContent = words; return node; };
  for (const camera of document.querySelectorAll("#cameras li")) {
    L.circleMarker([Number(camera.dataset.latitude), Number(camera.dataset.longitude)], {
      radius: 5, color: color("--faint"), interactive: true,
    }).bindTooltip(text(camera.textContent)).addTo(map);
  }
  if (box.dataset.heading !== "") {
    const turn = Number(box.dataset.heading) * Math.PI / 180;
    const far = [at[0] + 0.0012 * Math.cos(turn), at[1] + 0.0012 * Math.sin(turn) / Math.cos(at[0] * Math.PI / 180)];
    L.polyline([at, far], { color: color("--alarm"), weight: 3 }).addTo(map);
  }
  L.circleMarker(at, { radius: 9, color: color("--alarm"), fillOpacity: 0.8 })
    .bindTooltip(text(box.dataset.label), { permanent: true }).addTo(map);
  L.control.scale().addTo(map);
  map.setView(at, 15);
})();
