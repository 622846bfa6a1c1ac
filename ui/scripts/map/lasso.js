// A line or a box drawn around points, and how it is written in a link. See ui/map/region.py.
import { SIZE } from "./points.js";

const MAX_POINTS = 40; // of a polygon in a link

export function drawing(svg, onDrawn) {
  let line = null, box = false;
  const at = (event) => {
    const { left, top } = svg.getBoundingClientRect();
    return [event.clientX - left, event.clientY - top];
  };
  const corners = () => {
    const [[ax, ay], [bx, by]] = [line[0], line.at(-1)];
    return box ? [[ax, ay], [bx, ay], [bx, by], [ax, by]] : line;
  };
  const show = (points) => svg.firstElementChild.setAttribute("points", points.map((point) => point.join(",")).join(" "));
  svg.onpointerdown = (event) => {
    svg.setPointerCapture(event.pointerId);
    line = [at(event)];
    event.stopPropagation();
  };
  svg.onpointermove = (event) => {
    if (!line) return;
    line.push(at(event));
    show(corners());
  };
  svg.onpointercancel = () => { line = null; show([]); };
  svg.onpointerup = () => {
    const points = line && corners();
    line = null;
    if (!points) return;
    const size = [0, 1].map((axis) => Math.max(...points.map((point) => point[axis])) - Math.min(...points.map((point) => point[axis])));
    onDrawn(Math.max(...size) > 6 && points.length > 2 ? thinned(points) : null);
  };
  return { show, use: (tool) => { box = tool === "box"; }, busy: () => line !== null };
}

function thinned(points) {
  const every = Math.max(1, Math.ceil(points.length / MAX_POINTS));
  return points.filter((_, index) => index % every === 0);
}

const whole = (number) => Math.max(-99999, Math.min(99999, Math.round(number)));

export function described(points, { scale, right, down, origin }, name) {
  const polygon = points.map(([x, y]) => [(x - origin[0]) / scale, -(y - origin[1]) / scale].map(whole).join(","));
  const axes = [right, down.map((part) => -part)].map((axis) => axis.map((part) => whole((SIZE * part) / scale)).join(","));
  return `${name}:${[...(name.endsWith("3") ? axes : []), ...polygon].join(";")}`;
}

// Returns a region's map, its points on the screen, and the axes of the map when it was drawn.
export function outlined(text, { scale, origin }) {
  const [name, list] = text.split(":");
  const points = list.split(";").map((point) => point.split(",").map(Number));
  const axes = name.endsWith("3") ? points.splice(0, 2) : null;
  const screen = points.map(([x, y]) => [origin[0] + x * scale, origin[1] - y * scale]);
  return { name, screen, axes };
}

export function rotationOf([right, up]) {
  const degrees = 180 / Math.PI, orbit = Math.atan2(right[2], right[0]);
  return { rotationOrbit: orbit * degrees, rotationX: Math.atan2(up[0] * Math.sin(orbit) - up[2] * Math.cos(orbit), up[1]) * degrees };
}

// Returns whether the map has the rotation that it had when the region was drawn.
export function hasRotation([right, up], camera) {
  const differences = [0, 1, 2].flatMap((axis) => [right[axis] / SIZE - camera.right[axis] / camera.scale, up[axis] / SIZE + camera.down[axis] / camera.scale]);
  return Math.hypot(...differences) < 0.02;
}
