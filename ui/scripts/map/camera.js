// The camera. There is no perspective, so a point's place on the screen is a linear function of its coordinates.
import { SIZE } from "./points.js";

const CENTRE = [SIZE / 2, SIZE / 2, SIZE / 2];
export const reducedMotion = matchMedia("(prefers-reduced-motion: reduce)");

export function affine(viewport) {
  const project = (x, y, z) => viewport.project([x, y, z]);
  const [ox, oy] = project(0, 0, 0), axes = [project(1, 0, 0), project(0, 1, 0), project(0, 0, 1)];
  const right = axes.map(([x]) => x - ox), down = axes.map(([, y]) => y - oy);
  const scale = Math.hypot(...right);
  return {
    scale, right, down, origin: [ox, oy],
    screen: (x, y, z) => [ox + right[0] * x + right[1] * y + right[2] * z, oy + down[0] * x + down[1] * y + down[2] * z],
  };
}

// A viewport of the plane, for browsers without WebGL.
export function flat({ target, zoom }, width, height) {
  const scale = 2 ** zoom;
  return { project: ([x, y]) => [width / 2 + (x - target[0]) * scale, height / 2 - (y - target[1]) * scale] };
}

export function fit(places, dims, width, height) {
  if (dims === 3) return { target: CENTRE, zoom: Math.log2(Math.min(width, height) / (1.15 * SIZE)), rotationX: 18, rotationOrbit: 28 };
  const low = [Infinity, Infinity], high = [-Infinity, -Infinity];
  for (let at = 0; at < places.length; at += 3)
    for (const axis of [0, 1]) {
      low[axis] = Math.min(low[axis], places[at + axis]);
      high[axis] = Math.max(high[axis], places[at + axis]);
    }
  const extent = [0, 1].map((axis) => Math.max(high[axis] - low[axis], SIZE / 20));
  const [side, top, bottom] = [28, 66, 34]; // pixels around the points. The tools are above them, and texts below
  const scale = Math.min((width - 2 * side) / extent[0], (height - top - bottom) / extent[1]), lower = (top - bottom) / 2 / scale;
  return { target: [(low[0] + high[0]) / 2, (low[1] + high[1]) / 2 + lower, SIZE / 2], rotationX: 0, rotationOrbit: 0, zoom: Math.log2(scale) };
}

// Calls `step` with a share that goes from 0 to 1, with easing, or with 1 if motion is turned off. Returns a function that stops it.
export function glide(milliseconds, step) {
  if (reducedMotion.matches || !milliseconds) return step(1), () => {};
  let frame = 0;
  const started = performance.now();
  const next = (now) => {
    const share = Math.min(Math.max((now - started) / milliseconds, 0), 1);
    step(share < 0.5 ? 4 * share ** 3 : 1 - (2 - 2 * share) ** 3 / 2);
    if (share < 1) frame = requestAnimationFrame(next);
  };
  frame = requestAnimationFrame(next);
  return () => cancelAnimationFrame(frame);
}

export function between(from, to, share) {
  const mix = (a, b) => a + (b - a) * share;
  return { ...to, target: from.target.map((part, axis) => mix(part, to.target[axis])), zoom: mix(from.zoom, to.zoom),
    rotationX: mix(from.rotationX, to.rotationX), rotationOrbit: mix(from.rotationOrbit, to.rotationOrbit) };
}

export function viewAfterKey(view, key, dims, scale) {
  const step = 60 / scale, [x, y, z] = view.target;
  const direction = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[key];
  if (direction && dims === 3)
    return { ...view, rotationOrbit: view.rotationOrbit + 12 * direction[0], rotationX: Math.max(-90, Math.min(90, view.rotationX + 12 * direction[1])) };
  if (direction) return { ...view, target: [x + step * direction[0], y + step * direction[1], z] };
  if (key === "+" || key === "=") return { ...view, zoom: view.zoom + 0.5 };
  if (key === "-") return { ...view, zoom: view.zoom - 0.5 };
  return null;
}
