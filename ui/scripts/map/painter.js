// Draws the points with deck.gl (OpenJS Foundation, MIT).
import { Deck, LineLayer, OrbitView, ScatterplotLayer } from "../../vendor/deck.js";
import { reducedMotion } from "./camera.js";
import { Dots } from "./dots.js";
import { spot } from "./points.js";

// Opacity of 255 for points that are not highlighted. Colours by similarity show by themselves what is far from the query.
const FAINT = { cosine: 165, other: 52 };

// The radius of a point in pixels, of `count` points.
export function radius(count, zoomedBy) {
  const base = count > 5000 ? 2.2 : count > 1200 ? 3.4 : 5.5;
  return Math.max(1.5, Math.min(base + (count > 5000 ? 0.6 : 1.1) * zoomedBy, 10));
}

export async function painter(parent) {
  const view = new OrbitView({ id: "map", orbitAxis: "Y", orthographic: true, near: 0.01, far: 1000 });
  const pixelRatio = Math.min(devicePixelRatio, 2);
  let layers = () => [];
  const deck = await new Promise((resolve, reject) => {
    const deck = new Deck({ parent, views: view, controller: false, viewState: { target: [500, 500, 500], zoom: 0 }, style: { touchAction: "none" },
      useDevicePixels: pixelRatio, deviceProps: { type: "webgl", webgl: { antialias: false } }, _typedArrayManagerProps: { overAlloc: 1, poolSize: 0 }, onLoad: () => resolve(deck), onError: reject });
  });
  parent.querySelector("canvas").tabIndex = -1; // the map around it has the focus and takes the keys

  return {
    listen(onMove, onResize) {
      deck.setProps({ onViewStateChange: ({ viewState }) => onMove(viewState), onResize });
    },
    // Dragging moves a map in 2-D and rotates one in 3-D.
    setDimensions(dims) {
      deck.setProps({ controller: { dragRotate: dims === 3, dragMode: dims === 3 ? "rotate" : "pan", touchRotate: dims === 3, keyboard: false, doubleClickZoom: false,
        inertia: reducedMotion.matches ? 0 : 250, scrollZoom: { speed: 0.012, smooth: !reducedMotion.matches } } });
    },
    look(viewState, count, zoomedBy) {
      deck.setProps({ viewState, layers: layers(radius(count, zoomedBy), pixelRatio) });
    },
    viewport: (viewState, width, height) => view.makeViewport({ width, height, viewState }),
    paint(scene) { layers = layersOf(scene); },
    close: () => deck.finalize(),
  };
}

function layersOf({ places, colour, faint, look, name, state, highlighted }) {
  const count = places.length / 3, colours = new Uint8Array(4 * count);
  for (let row = 0; row < count; row += 1) {
    colours.set(colour(row), 4 * row);
    colours[4 * row + 3] = faint(row) ? FAINT[state.colour === "cosine" && state.show !== "words" ? "cosine" : "other"] : 225;
  }
  const data = { length: count, attributes: { getPosition: { value: places, size: 3 }, getColor: { value: colours, size: 4, normalized: true } } };
  const at = (row) => [places[3 * row], places[3 * row + 1], places[3 * row + 2]];
  const item = state.item === null || !Number.isInteger(state.item) ? null : state.item;
  const pins = state.pins.map((pin) => spot(pin.places, name));
  const plain = { radiusUnits: "pixels", getRadius: 1, billboard: true, antialiasing: true, parameters: { depthCompare: "always", depthWriteEnabled: false } };
  const ring = { ...plain, stroked: true, lineWidthUnits: "pixels", getLineWidth: 2 };
  return (radius, pixelRatio) => [
    new Dots({ id: "points", data, size: (2 * radius + 1) * pixelRatio, parameters: plain.parameters }),
    new LineLayer({ id: "neighbours", data: item === null ? [] : state.neighbours, getSourcePosition: () => at(item), getTargetPosition: at, getColor: [...look.ink, 130],
      widthUnits: "pixels", getWidth: 1.3, parameters: plain.parameters, updateTriggers: { getSourcePosition: places, getTargetPosition: places, getColor: look.ink } }),
    new ScatterplotLayer({ id: "highlighted", data: highlighted ? [...highlighted] : [], ...ring, radiusScale: radius + 2, getPosition: at, getFillColor: colour, getLineColor: look.ink, getLineWidth: 1.3,
      updateTriggers: { getPosition: places, getFillColor: colours, getLineColor: look.ink } }),
    new ScatterplotLayer({ id: "item", data: item === null ? [] : [item], ...ring, filled: false, radiusScale: radius + 7, getPosition: at, getLineColor: look.primary, getLineWidth: 3,
      updateTriggers: { getPosition: places, getLineColor: look.primary } }),
    new ScatterplotLayer({ id: "pins", data: pins, ...ring, radiusScale: 8, getPosition: (place) => place, getFillColor: look.pin, getLineColor: look.background,
      updateTriggers: { getPosition: name, getFillColor: look.pin, getLineColor: look.background } }),
  ];
}
