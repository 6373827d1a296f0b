// The analyst's maps: where reads were, and an area that is drawn. Without this the area is written, and the table tells all.
"use strict";

(() => {
  const ink = getComputedStyle(document.documentElement);
  const color = (name) => ink.getPropertyValue(name).trim();
  const text = (words) => { const node = document.createElement("span"); node.textContent = words; return node; };
  const point = (node) => [Number(node.dataset.latitude), Number(node.dataset.longitude)];

  function mapIn(box) {
    const map = L.map(box, { attributionControl: Boolean(box.dataset.tiles) });
    map.attributionControl?.setPrefix(false);
    if (box.dataset.tiles) {
      const credit = document.createElement("span");
      credit.textContent = box.dataset.credit;
      L.tileLayer(box.dataset.tiles, { maxZoom: 19, attribution: credit.innerHTML }).addTo(map);
    }
    const known = box.parentElement.querySelectorAll(".known-cameras li");
    for (const camera of known) {
      L.circleMarker(point(camera), { radius: 5, color: color("--faint") }).bindTooltip(text(camera.textContent)).addTo(map);
    }
    L.control.scale().addTo(map);
    return [map, Array.from(known, point)];
  }

  function show(map, points) {
    if (points.length) map.fitBounds(L.latLngBounds(points).pad(0.2), { maxZoom: 16 });
    else map.setView([39.5, -98.35], 4);
  }

  const found = document.getElementById("found-map");
  if (found !== null) {
    const [map] = mapIn(found);
    const line = Array.from(document.querySelectorAll("#found-line li"), point);
    if (line.length > 1) L.polyline(line, { color: color("--accent"), weight: 3, dashArray: "6 6" }).addTo(map);
    const places = Array.from(document.querySelectorAll("#found-places li"));
    for (const place of places) {
      const radius = 7 + Math.min(Math.sqrt(Number(place.dataset.count)), 12);
      L.circleMarker(point(place), { radius, color: color("--accent"), fillOpacity: 0.6 })
        .bindTooltip(text(place.textContent), { permanent: places.length <= 12 }).addTo(map);
    }
    show(map, places.map(point));
  }

  const box = document.getElementById("area-map"), field = document.getElementById("area");
  if (box !== null && field !== null) draws(box, field);

  function draws(box, field) {
    const help = document.getElementById("drawing-help");
    let map, mode = null, corners = [], drawn = null, known = [];

    // An area as the field has it: LAT,LON,KM or three or more corners.
    function written() {
      const number = "[+-]?\\d{1,3}(?:\\.\\d+)?", whole = field.value.trim();
      const circle = new RegExp(`^(${number})\\s*,\\s*(${number})\\s*,\\s*(\\d{1,4}(?:\\.\\d+)?)\\s*(?:km)?$`).exec(whole);
      if (circle) return { at: [Number(circle[1]), Number(circle[2])], meters: Number(circle[3]) * 1000 };
      const parts = whole.split(/[\s;]+/).map((one) => new RegExp(`^(${number}),(${number})$`).exec(one));
      return parts.length > 2 && parts.every(Boolean) ? { corners: parts.map((one) => [Number(one[1]), Number(one[2])]) } : null;
    }

    function redraw() {
      drawn?.remove();
      const area = written(), style = { color: color("--alarm") };
      drawn = null;
      if (area?.meters) drawn = L.circle(area.at, { radius: area.meters, ...style });
      else if (area) drawn = L.polygon(area.corners, style);
      else if (corners.length) drawn = L.polyline(corners, { ...style, dashArray: "4 4" });
      if (corners.length === 1) drawn = L.circleMarker(corners[0], { radius: 6, ...style });
      drawn?.addTo(map);
    }

    function write(value) { field.value = value; redraw(); }

    function clicked(event) {
      if (mode === null) return;
      const at = event.latlng.wrap();
      corners.push([Number(at.lat.toFixed(6)), Number(at.lng.toFixed(6))]);
      if (mode === "circle" && corners.length === 2) {
        const [center, edge] = corners, kilometers = Math.max(map.distance(center, edge) / 1000, 0.01);
        begin(null);
        write(`${center[0]},${center[1]},${kilometers.toFixed(3)}`);
        help.textContent = `A circle of ${kilometers.toFixed(2)} km.`;
      } else if (mode === "corners" && corners.length > 2) {
        write(corners.map((one) => one.join(",")).join(" "));
        help.textContent = `${corners.length} corners. Click on for more, or search.`;
      } else {
        redraw();
        if (mode === "circle") help.textContent = "Now click where the circle ends.";
      }
    }

    function begin(chosen) {
      mode = chosen;
      corners = [];
      box.classList.toggle("drawn", mode !== null);
      if (mode !== null) write("");
    }

    const words = {
      circle: "Click where the circle's middle is.",
      corners: "Click three or more corners.",
      clear: "No area: everywhere counts.",
    };
    for (const button of document.querySelectorAll("[data-draw]")) {
      button.addEventListener("click", () => {
        begin(button.dataset.draw);
        if (mode === "clear") begin(null);
        help.textContent = words[button.dataset.draw];
      });
    }
    document.getElementById("drawing").hidden = false;
    // A map is drawn when it is seen: one that is folded in has no size.
    new IntersectionObserver((seen) => {
      if (map !== undefined || !seen.some((one) => one.isIntersecting)) return;
      [map, known] = mapIn(box);
      map.on("click", clicked);
      redraw();
      const area = written();
      show(map, area?.meters ? [L.latLng(area.at).toBounds(area.meters * 2).getNorthEast(), L.latLng(area.at).toBounds(area.meters * 2).getSouthWest()] : area?.corners ?? known);
    }).observe(box);
    field.addEventListener("change", () => { corners = []; if (map !== undefined) redraw(); });
  }

  document.getElementById("found")?.focus({ preventScroll: true });
  document.getElementById("found")?.scrollIntoView();
})();
