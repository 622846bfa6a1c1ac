// A heat map over a picture. Names come from strangers. They are only ever set as text.
// The colours are cividis (Nuñez, Anderton and Renslow, 2018). Its steps of lightness are even, with and without colour blindness.
const CIVIDIS = ["00224e", "123570", "3b496c", "575d6d", "707173", "8a8678", "a59c74", "c3b369", "e1cc55", "fee838"].map((hex) =>
  [0, 2, 4].map((at) => parseInt(hex.slice(at, at + 2), 16)));
const CELL_PIXELS = 24; // drawn for each cell
const SIGMA = 0.55; // standard deviation of the Gaussian between cells, in cells

function colour(value) {
  const place = value * (CIVIDIS.length - 1), low = Math.min(Math.floor(place), CIVIDIS.length - 2), share = place - low;
  return CIVIDIS[low].map((from, channel) => from + share * (CIVIDIS[low + 1][channel] - from));
}

// Returns weights[pixel][cell] along one side of the picture. The cells cover the part from start to end, and fade out beyond it.
function weights(cells, start, end) {
  const whole = cells / (end - start), count = Math.round(whole * CELL_PIXELS);
  return Array.from({ length: count }, (_, pixel) => {
    const place = ((pixel + 0.5) / count - start) * whole, inside = Math.min(Math.max(place, 0), cells);
    const near = Array.from({ length: cells }, (_, cell) => bell(inside - cell - 0.5));
    const sum = near.reduce((a, b) => a + b);
    return near.map((weight) => (bell(place - inside) * weight) / sum);
  });
}

function bell(distance) {
  return Math.exp(-0.5 * (distance / SIGMA) ** 2);
}

function smooth(grid, [left, top, right, bottom]) {
  const dot = (a, b) => a.reduce((sum, value, index) => sum + value * b[index], 0);
  const columns = weights(grid[0].length, left, right), rows = weights(grid.length, top, bottom);
  const wide = grid.map((row) => columns.map((near) => dot(near, row)));
  return rows.map((near) => columns.map((_, x) => dot(near, wide.map((row) => row[x]))));
}

function paint(canvas, grid, box) {
  const values = smooth(grid, box), highest = values.flat().reduce((a, b) => Math.max(a, b), 1e-9);
  canvas.width = values[0].length;
  canvas.height = values.length;
  const image = new ImageData(canvas.width, canvas.height);
  values.flat().forEach((value, pixel) => image.data.set([...colour(value / highest), 255], 4 * pixel));
  canvas.getContext("2d").putImageData(image, 0, 0);
}

export default function ({ data, parentElement }) {
  const figure = parentElement.querySelector("figure"), image = figure.querySelector("img"), over = figure.querySelector(".over");
  const canvas = figure.querySelector("canvas"), strength = figure.querySelector("input"), bar = figure.querySelector(".legend i");
  const [src, alt, aspect, heat, width] = data;
  figure.style.setProperty("--aspect", aspect);
  figure.style.setProperty("--width", `${width}px`);
  if (image.getAttribute("src") !== src) image.src = src;
  image.alt = alt;
  bar.style.background = `linear-gradient(90deg, ${CIVIDIS.map((parts) => `rgb(${parts})`)})`;
  strength.setAttribute("aria-label", "Strength of the heat map");
  strength.oninput = () => over.style.setProperty("--strength", strength.value / 100);
  strength.parentElement.inert = false;
  figure.classList.toggle("plain", !heat);
  over.hidden = !heat;
  if (!heat) return;
  paint(canvas, ...heat);
}
