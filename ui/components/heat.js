// A heat map over a picture. Names come from strangers: they are only ever set as text.
// The colours are cividis (Nuñez, Anderton & Renslow, 2018): even steps of lightness, alike to colour-blind eyes and to others.
const CIVIDIS = ["00224e", "123570", "3b496c", "575d6d", "707173", "8a8678", "a59c74", "c3b369", "e1cc55", "fee838"].map((hex) =>
  [0, 2, 4].map((at) => parseInt(hex.slice(at, at + 2), 16)));
const FINE = 24; // pixels drawn for each cell
const WIDTH = 0.55; // of the Gaussian between cells, in cells

function colour(value) {
  const place = value * (CIVIDIS.length - 1), low = Math.min(Math.floor(place), CIVIDIS.length - 2), share = place - low;
  return CIVIDIS[low].map((from, channel) => from + share * (CIVIDIS[low + 1][channel] - from));
}

// weights[pixel][cell] along one side of the picture, of which the cells cover the part from start to end; they fade out beyond it.
function weights(cells, start, end) {
  const whole = cells / (end - start), count = Math.round(whole * FINE);
  return Array.from({ length: count }, (_, pixel) => {
    const place = ((pixel + 0.5) / count - start) * whole, inside = Math.min(Math.max(place, 0), cells);
    const near = Array.from({ length: cells }, (_, cell) => bell(inside - cell - 0.5));
    const sum = near.reduce((a, b) => a + b);
    return near.map((weight) => (bell(place - inside) * weight) / sum);
  });
}

function bell(distance) {
  return Math.exp(-0.5 * (distance / WIDTH) ** 2);
}

function smooth(grid, [left, top, right, bottom]) {
  const dot = (some, others) => some.reduce((sum, value, place) => sum + value * others[place], 0);
  const across = weights(grid[0].length, left, right), down = weights(grid.length, top, bottom);
  const wide = grid.map((row) => across.map((near) => dot(near, row)));
  return down.map((near) => across.map((_, x) => dot(near, wide.map((row) => row[x]))));
}

function paint(canvas, grid, box) {
  const values = smooth(grid, box), most = values.flat().reduce((a, b) => Math.max(a, b), 1e-9);
  canvas.width = values[0].length;
  canvas.height = values.length;
  const image = new ImageData(canvas.width, canvas.height);
  values.flat().forEach((value, pixel) => image.data.set([...colour(value / most), 255], 4 * pixel));
  canvas.getContext("2d").putImageData(image, 0, 0);
}

export default function ({ data, parentElement }) {
  const figure = parentElement.querySelector("figure"), image = figure.querySelector("img"), over = figure.querySelector(".over");
  const canvas = figure.querySelector("canvas"), strength = figure.querySelector("input"), bar = figure.querySelector(".legend i");
  const [src, alt, aspect, heat] = data;
  figure.style.setProperty("--aspect", aspect);
  if (image.getAttribute("src") !== src) image.src = src;
  image.alt = alt;
  bar.style.background = `linear-gradient(90deg, ${CIVIDIS.map((parts) => `rgb(${parts})`)})`;
  strength.setAttribute("aria-label", "Strength of the heat map");
  strength.oninput = () => over.style.setProperty("--strength", strength.value / 100);
  figure.classList.toggle("plain", !heat);
  over.hidden = !heat;
  if (!heat) return;
  paint(canvas, ...heat);
}
