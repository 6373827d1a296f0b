// The analyst's map of where reads were. Without this the table tells all.
"use strict";

(() => {
  const box = document.getElementById("found-map");
  if (box !== null) {
    const map = Maps.open(box);
    Maps.cameras(map, box.parentElement.querySelectorAll(":scope > .known-cameras li"));
    const line = Array.from(document.querySelectorAll("#found-line li"), Maps.point);
    if (line.length > 1) L.polyline(line, { color: Maps.color("--accent"), weight: 3, dashArray: "6 6" }).addTo(map);
    const places = Array.from(document.querySelectorAll("#found-places li"));
    for (const place of places) {
      const radius = 7 + Math.min(Math.sqrt(Number(place.dataset.count)), 12);
      L.circleMarker(Maps.point(place), { radius, color: Maps.color("--accent"), fillOpacity: 0.6 })
        .bindTooltip(Maps.text(place.textContent), { permanent: places.length <= 12 }).addTo(map);
    }
    Maps.show(map, places.map(Maps.point));
  }
  document.getElementById("found")?.focus({ preventScroll: true });
  document.getElementById("found")?.scrollIntoView();
})();
