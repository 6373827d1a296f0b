// What every map of the console has in common: the agency's tiles where some are set, its cameras, colors, a scale.
"use strict";

const Maps = (() => {
  const ink = getComputedStyle(document.documentElement);
  const color = (name) => ink.getPropertyValue(name).trim();
  // What others wrote is text, in tooltips too.
  const text = (words) => { const node = document.createElement("span"); node.textContent = words; return node; };
  const point = (node) => [Number(node.dataset.latitude), Number(node.dataset.longitude)];

  function open(box) {
    const map = L.map(box, { attributionControl: Boolean(box.dataset.tiles) });
    map.attributionControl?.setPrefix(false);
    if (box.dataset.tiles) {
      L.tileLayer(box.dataset.tiles, { maxZoom: 19, attribution: text(box.dataset.credit).innerHTML }).addTo(map);
    }
    L.control.scale().addTo(map);
    return map;
  }

  // Cameras as faint dots; returns where they are.
  function cameras(map, nodes) {
    for (const one of nodes) {
      L.circleMarker(point(one), { radius: 5, color: color("--faint") }).bindTooltip(text(one.textContent)).addTo(map);
    }
    return Array.from(nodes, point);
  }

  // Where something looks: a line of about a hundred meters.
  function heading(map, at, degrees, paint, far = 0.0012) {
    const turn = degrees * Math.PI / 180;
    const end = [at[0] + far * Math.cos(turn), at[1] + far * Math.sin(turn) / Math.cos(at[0] * Math.PI / 180)];
    L.polyline([at, end], { color: paint, weight: 3 }).addTo(map);
  }

  function show(map, points) {
    if (points.length) map.fitBounds(L.latLngBounds(points).pad(0.2), { maxZoom: 16 });
    else map.setView([39.5, -98.35], 4);
  }

  return { color, text, point, open, cameras, heading, show };
})();
