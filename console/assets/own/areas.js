// An area that is drawn on a map, by clicks or by keyboard, into the field that says it. Without this it is written.
"use strict";

(() => {
  const NUMBER = "[+-]?\\d{1,3}(?:\\.\\d+)?";
  const CIRCLE = new RegExp(`^(${NUMBER})\\s*,\\s*(${NUMBER})\\s*,\\s*(\\d{1,4}(?:\\.\\d+)?)\\s*(?:km)?$`);
  const CORNER = new RegExp(`^(${NUMBER}),(${NUMBER})$`);
  const WORDS = {
    circle: "Click where the circle's middle is, or move the map there by the arrow keys and press Enter.",
    corners: "Click three or more corners, or move the map to each by the arrow keys and press Enter.",
    clear: "No area: everywhere counts.",
  };

  // An area as a field has it: LAT,LON,KM or three or more corners.
  function written(value) {
    const whole = value.trim(), circle = CIRCLE.exec(whole);
    if (circle) return { at: [Number(circle[1]), Number(circle[2])], meters: Number(circle[3]) * 1000 };
    const parts = whole.split(/[\s;]+/).map((one) => CORNER.exec(one));
    return parts.length > 2 && parts.every(Boolean) ? { corners: parts.map((one) => [Number(one[1]), Number(one[2])]) } : null;
  }

  function edges(area) {
    if (area.corners) return area.corners;
    const bounds = L.latLng(area.at).toBounds(area.meters * 2);
    return [bounds.getNorthEast(), bounds.getSouthWest()];
  }

  for (const room of document.querySelectorAll(".drawing")) {
    const form = room.closest("form");
    const fields = room.dataset.fields.split(" ").map((name) => form.elements[name]).filter(Boolean);
    if (fields.length) draws(room, fields);
  }

  function draws(room, fields) {
    const box = room.querySelector(".map"), help = room.querySelector("[role=status]"), which = room.querySelector("select");
    let map, mode = null, corners = [], drawn = [], field = fields[0];

    function layer(area, style) {
      return area.meters ? L.circle(area.at, { radius: area.meters, ...style }) : L.polygon(area.corners, style);
    }

    function redraw() {
      for (const one of drawn) one.remove();
      drawn = [];
      for (const one of fields) {
        const area = written(one.value);
        const style = { color: Maps.color(one === field ? "--alarm" : "--accent"), weight: one === field ? 3 : 2 };
        if (area) drawn.push(layer(area, style));
      }
      if (corners.length === 1) drawn.push(L.circleMarker(corners[0], { radius: 6, color: Maps.color("--alarm") }));
      else if (corners.length && !written(field.value)) drawn.push(L.polyline(corners, { color: Maps.color("--alarm"), dashArray: "4 4" }));
      for (const one of drawn) one.addTo(map);
    }

    function write(value) { field.value = value; redraw(); }

    function put(place) {
      if (mode === null) return;
      const at = place.wrap();
      corners.push([Number(at.lat.toFixed(6)), Number(at.lng.toFixed(6))]);
      if (mode === "circle" && corners.length === 2) {
        const [center, edge] = corners, kilometers = Math.max(map.distance(center, edge) / 1000, 0.01);
        begin(null);
        write(`${center[0]},${center[1]},${kilometers.toFixed(3)}`);
        help.textContent = `A circle of ${kilometers.toFixed(2)} km.`;
      } else if (mode === "corners" && corners.length > 2) {
        write(corners.map((one) => one.join(",")).join(" "));
        help.textContent = `${corners.length} corners. Go on with more, or ask.`;
      } else {
        redraw();
        help.textContent = mode === "circle" ? "Now where the circle ends." : `${corners.length} of three corners or more.`;
      }
    }

    function begin(chosen) {
      mode = chosen;
      corners = [];
      box.classList.toggle("drawn", mode !== null);
      if (mode !== null) write("");
    }

    function choose(one) {
      if (one === field) return;
      field = one;
      if (which !== null) which.value = one.name;
      begin(null);
      if (map !== undefined) redraw();
    }

    room.hidden = false;
    for (const button of room.querySelectorAll("[data-draw]")) {
      button.addEventListener("click", () => {
        const chosen = button.dataset.draw;
        open();
        begin(chosen);
        if (chosen === "clear") begin(null);
        else box.focus();
        help.textContent = WORDS[chosen];
      });
    }
    which?.addEventListener("change", () => choose(fields.find((one) => one.name === which.value)));
    for (const one of fields) {
      one.addEventListener("focus", () => choose(one));
      one.addEventListener("change", () => {
        corners = [];
        if (map === undefined) return;
        redraw();
        const area = written(one.value);
        if (area) Maps.show(map, edges(area));
      });
    }
    // Where the map's middle is, somebody who has no mouse puts a point.
    box.addEventListener("keydown", (event) => {
      if (event.target !== box || mode === null) return;
      if (event.key === "Enter" || event.key === " ") { event.preventDefault(); put(map.getCenter()); }
      if (event.key === "Escape") { begin(null); redraw(); help.textContent = "Not drawn."; }
    });

    function open() {
      if (map !== undefined) return;
      map = Maps.open(box);
      const known = Maps.cameras(map, room.querySelectorAll(".known-cameras li"));
      map.on("click", (event) => put(event.latlng));
      const areas = fields.map((one) => written(one.value)).filter(Boolean);
      Maps.show(map, areas.length ? areas.flatMap(edges) : known);
      redraw();
    }

    // A map is drawn when it is seen: one that is folded in has no size.
    new IntersectionObserver((seen) => { if (seen.some((one) => one.isIntersecting)) open(); }).observe(box);
  }
})();
