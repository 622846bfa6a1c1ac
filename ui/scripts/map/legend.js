// The legend. It is in the panel beside the map, which is another component, so the map draws it wherever it is attached.
const boxes = new Set();
let draw = () => {};

// Draws the legend in `box` from now on. Returns a function that ends it.
export function attach(box) {
  boxes.add(box);
  draw(box);
  return () => boxes.delete(box);
}

export function drawWith(painted) {
  draw = painted;
  boxes.forEach(draw);
}
