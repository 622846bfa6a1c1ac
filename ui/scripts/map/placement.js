// Finds room for names, so that they cover neither pictures nor each other.
import { radius } from "./painter.js";

const CELL = 4; // pixels
const MARGIN = 3; // pixels around a name
const DISTANCES = [0, 8, 14, 20, 28, 36, 46, 58, 70], DIRECTIONS = 16;
const STEPS = DISTANCES.flatMap((distance) => Array.from({ length: distance ? DIRECTIONS : 1 }, (_, turn) => {
  const angle = (2 * Math.PI * turn) / DIRECTIONS - Math.PI / 2; // above first
  return [distance * Math.cos(angle), distance * Math.sin(angle)];
}));

// Returns the rectangles that no name may cover: the pictures in view, the tools, and the texts at the bottom.
export function obstacles({ stage, $, points, camera, thumbnails }, rows, at) {
  const { left, top } = stage.getBoundingClientRect(), least = radius(points.drawn, camera.zoomedBy) + 2;
  const pictures = rows.map((row) => {
    const [x, y] = at(row), half = Math.max(least, thumbnails.half(row) + 1);
    return [x - half, y - half, x + half, y + half];
  });
  const fixed = [".tools", ".hint", ".status"].map((each) => $(each).getBoundingClientRect());
  return [...pictures, ...fixed.map((box) => [box.left - left, box.top - top, box.right - left, box.bottom - top])];
}

// `obstacles` are [left, top, right, bottom], in pixels of the stage.
export function roomOn(width, height, obstacles) {
  const across = Math.ceil(width / CELL) + 1, down = Math.ceil(height / CELL) + 1;
  const cells = new Uint8Array(across * down), sums = new Uint32Array((across + 1) * (down + 1));
  const column = (x) => Math.max(0, Math.min(across - 1, Math.floor(x / CELL))), row = (y) => Math.max(0, Math.min(down - 1, Math.floor(y / CELL)));
  for (const [left, top, right, bottom] of obstacles) {
    if (right < 0 || bottom < 0 || left > width || top > height) continue;
    for (let at = row(top); at <= row(bottom); at += 1) cells.fill(1, at * across + column(left), at * across + column(right) + 1);
  }
  for (let at = 0; at < down; at += 1)
    for (let to = 0, sum = 0; to < across; to += 1) {
      sum += cells[at * across + to];
      sums[(at + 1) * (across + 1) + to + 1] = sums[at * (across + 1) + to + 1] + sum;
    }
  const taken = [];
  const isFree = (left, top, right, bottom) => {
    if (left < 0 || top < 0 || right > width || bottom > height) return false;
    if (taken.some((other) => left < other[2] && right > other[0] && top < other[3] && bottom > other[1])) return false;
    const [x0, y0, x1, y1] = [column(left), row(top), column(right) + 1, row(bottom) + 1], line = across + 1;
    return sums[y1 * line + x1] - sums[y0 * line + x1] - sums[y1 * line + x0] + sums[y0 * line + x0] === 0;
  };
  const around = (x, y, wide, high) => [x - wide / 2 - MARGIN, y - high / 2 - MARGIN, x + wide / 2 + MARGIN, y + high / 2 + MARGIN];
  return {
    // Takes the free place nearest to (x, y) for a name of this size, and returns how far away it is. Null if there is none.
    take(x, y, wide, high, farthest) {
      for (const [dx, dy] of STEPS) {
        if (Math.hypot(dx, dy) > farthest + 0.01) return null;
        const place = around(x + dx, y + dy, wide, high);
        if (isFree(...place)) {
          taken.push(place);
          return [dx, dy];
        }
      }
      return null;
    },
    force: (x, y, wide, high) => { taken.push(around(x, y, wide, high)); },
  };
}
