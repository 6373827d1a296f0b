// Where a vehicle passed, among the agency's cameras.
"use strict";

(() => {
  const box = document.getElementById("map");
  if (box === null) return;
  const at = Maps.point(box), map = Maps.open(box), paint = Maps.color("--alarm");
  Maps.cameras(map, document.querySelectorAll("#cameras li"));
  if (box.dataset.heading !== "") Maps.heading(map, at, Number(box.dataset.heading), paint);
  L.circleMarker(at, { radius: 9, color: paint, fillOpacity: 0.8 })
    .bindTooltip(Maps.text(box.dataset.label), { permanent: true }).addTo(map);
  map.setView(at, 15);
})();
