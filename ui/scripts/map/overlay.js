// What is drawn over the points: thumbnails if few pictures are in view, and a tooltip.
const MAX_IN_VIEW = 150; // with more pictures in view there are only points
const APART = 0.85; // of a thumbnail's size, between the centres of two

export function thumbnails(box, points) {
  let size = 48;
  const images = new Map();
  const image = (row) => {
    const node = document.createElement("img");
    node.alt = "";
    node.decoding = "async";
    node.src = points.pictures[row];
    return node;
  };
  return {
    // Shows those of `rows` that do not overlap, the first ones first. The others stay points.
    show(rows, at, width, height, ring) {
      size = Math.max(30, Math.min(76, 0.62 * Math.sqrt((width * height) / Math.max(rows.length, 1))));
      const shown = new Map();
      for (const row of rows.length <= MAX_IN_VIEW ? rows : []) {
        const [x, y] = at(row);
        if ([...shown.values()].every(([other, down]) => Math.max(Math.abs(other - x), Math.abs(down - y)) > APART * size)) shown.set(row, [x, y]);
      }
      for (const [row, element] of images) if (!shown.has(row)) { element.remove(); images.delete(row); }
      for (const row of shown.keys()) if (!images.has(row)) { images.set(row, image(row)); box.prepend(images.get(row)); }
      for (const [row, element] of images) {
        element.style.setProperty("--ring", ring(row));
        element.style.width = element.style.height = `${size}px`;
      }
      return images.size;
    },
    move(at) {
      for (const [row, element] of images) {
        const [x, y] = at(row);
        element.style.transform = `translate(${x.toFixed(1)}px, ${y.toFixed(1)}px) translate(-50%, -50%)`;
      }
    },
    raise(row) {
      for (const [other, element] of images) element.classList.toggle("raised", other === row);
    },
    // Returns the row of the thumbnail at (x, y), or null.
    under: (x, y, at) => [...images.keys()].find((row) => at(row).every((part, axis) => Math.abs(part - [x, y][axis]) <= size / 2)) ?? null,
    half: (row) => (images.has(row) ? size / 2 : 0),
  };
}

export function tooltip(element, points) {
  const [image, name, more] = element.children;
  let row = null;
  return {
    show(which, x, y, width, height, line) {
      if (row !== which) {
        row = which;
        image.src = points.pictures[row];
        name.textContent = points.names[row];
      }
      more.textContent = line;
      element.hidden = false;
      const left = x + 16 + element.offsetWidth > width ? x - 16 - element.offsetWidth : x + 16;
      const top = Math.max(4, Math.min(y - 20, height - element.offsetHeight - 4));
      element.style.transform = `translate(${Math.max(4, left)}px, ${top}px)`;
    },
    hide() { element.hidden = true; row = null; },
  };
}
