// The map that moves, in place of the still one: same shapes, and the counts of the table beside it.
/* global L */
const STEP = 100;
const layers = new Map();
let host, rows, status, map, view;

function describe(code, name) {
  const row = rows.get(code);
  const still = host.querySelector(`a[data-code="${code}"]`);
  return row ? (row.dataset.label ??= still?.getAttribute("aria-label") ?? name) : `${name}: ${host.dataset.none}`;
}

// Row and shape light up together, whichever of them is pointed at or has the focus.
function light(code, on) {
  rows.get(code)?.classList.toggle("is-active", on);
  const layer = layers.get(code);
  layer?.getElement()?.classList.toggle("is-active", on);
  if (layer && on) {
    layer.bringToFront();
    status.textContent = layer.words;
  }
}

function prepare(feature, layer) {
  const code = feature.properties.code;
  layers.set(code, layer);
  layer.words = describe(code, feature.properties.name);
  layer.bindTooltip(layer.words, { sticky: true, className: "map-tooltip" });
  layer.on("mouseover", () => light(code, true));
  layer.on("mouseout", () => light(code, false));
  layer.on("click", () => rows.get(code)?.querySelector("a").click());
}

function wireRow(row, code) {
  for (const [event, on] of [["mouseenter", true], ["focusin", true], ["mouseleave", false], ["focusout", false]]) {
    row.addEventListener(event, () => light(code, on));
  }
}

function wireButtons(home) {
  const pan = (x, y) => () => map.panBy([x, y]);
  const acts = { in: () => map.zoomIn(), out: () => map.zoomOut(), home };
  // Whoever cannot drag, or has no keys, moves the map as well.
  Object.assign(acts, { west: pan(-STEP, 0), east: pan(STEP, 0), north: pan(0, -STEP), south: pan(0, STEP) });
  const buttons = document.querySelector("#map-buttons");
  buttons.hidden = false;
  buttons.addEventListener("click", (event) => acts[event.target.closest("[data-map]")?.dataset.map]?.());
}

// The projects one by one, above the shapes; the list and the table lead to the same cards.
async function drawPoints(onto) {
  const response = await fetch(host.dataset.points);
  if (!response.ok || onto !== map) return;
  const renderer = L.svg({ pane: map.createPane("points") });
  map.getPane("points").style.zIndex = 450;
  const marker = ({ properties }, at) => {
    const point = L.circleMarker(at, { renderer, pane: "points", radius: 5, weight: 1, className: "map-point" });
    point.bindTooltip(properties.label, { className: "map-tooltip" });
    return point.on("click", () => location.assign(properties.url));
  };
  L.geoJSON(await response.json(), { pointToLayer: marker }).addTo(map);
}

function draw(boundaries) {
  const still = host.querySelector("svg");
  const frame = document.createElement("div");
  const isStill = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const shapes = L.geoJSON(boundaries, {
    style: ({ properties }) => ({ className: `step-${rows.get(properties.code)?.dataset.step ?? 0}`, weight: 1 }),
    onEachFeature: prepare,
  });
  frame.className = "live-map-frame";
  frame.setAttribute("role", "application");
  frame.setAttribute("aria-label", host.dataset.label);
  frame.style.height = `${Math.max(320, still.getBoundingClientRect().height)}px`;
  still.replaceWith(frame);
  map = L.map(frame, {
    attributionControl: false,
    zoomControl: false,
    scrollWheelZoom: false,
    dragging: !matchMedia("(pointer: coarse)").matches,
    zoomSnap: 0.25,
    zoomAnimation: !isStill,
    fadeAnimation: !isStill,
    inertia: !isStill,
  });
  const home = () => map.fitBounds(shapes.getBounds(), { padding: [8, 8], animate: false });
  home();
  map.setMinZoom(map.getZoom()).setMaxBounds(shapes.getBounds().pad(0.5));
  shapes.addTo(map);
  // A filter moves nothing.
  if (view?.of === host.dataset.boundaries) map.setView(view.center, view.zoom, { animate: false });
  // Without them the map still shows the counts.
  drawPoints(map).catch(() => {});
  rows.forEach(wireRow);
  wireButtons(home);
}

function leave() {
  if (map) view = { of: host.dataset.boundaries, center: map.getCenter(), zoom: map.getZoom() };
  map?.remove();
  map = undefined;
  layers.clear();
}

async function start() {
  leave();
  const mine = (host = document.querySelector("#live-map"));
  if (!mine) return;
  rows = new Map([...document.querySelectorAll(".map-table tr[data-code]")].map((row) => [row.dataset.code, row]));
  status = document.querySelector("#map-status");
  try {
    const response = await fetch(mine.dataset.boundaries);
    if (!response.ok) throw new Error(response.status);
    const boundaries = await response.json();
    if (mine === host) draw(boundaries);
  } catch {
    status.textContent = mine.dataset.failed;
  }
}

document.addEventListener("results:shown", start);
start();
