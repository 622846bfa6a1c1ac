// What is drawn over the points: names, thumbnails if few pictures are in view, and a tooltip.
import { spot } from "./points.js";

const MAX_THUMBNAILS = 150;
const RANK = { pin: 0, cluster: 1, word: 2, part: 3 };

const lift = (kind) => (kind === "pin" ? 20 : 0); // pixels that a pin's name is above it

function move(element, x, y) {
  element.style.transform = `translate(${x.toFixed(1)}px, ${y.toFixed(1)}px) translate(-50%, -50%)`;
}

export function overlay(box, points) {
  let texts = [], images = new Map(), size = 48;
  const image = (row) => {
    const node = document.createElement("img");
    node.alt = "";
    node.decoding = "async";
    node.src = points.pictures[row];
    return node;
  };
  return {
    // Sets the texts on the map `name`, the more important ones first, because later ones give way.
    setTexts(name, show, pins, camera) {
      const stemmed = (text) => text.replace(/s$/, ""), used = new Set(pins.map(({ text }) => stemmed(text)));
      const wanted = points.texts.filter(({ kind }) => (kind === "word" ? show !== "pictures" : show !== "words"))
        .sort((one, other) => RANK[one.kind] - RANK[other.kind])
        .filter(({ text }) => { // the word "insects" is not needed beside a group named "insect"
          const stem = stemmed(text), isNew = !used.has(stem);
          used.add(stem);
          return isNew;
        });
      const all = [...pins.map(({ text, places }) => ({ text: `★ ${text}`, kind: "pin", places })), ...wanted];
      for (const { element } of texts) element.remove();
      texts = all.map(({ text, kind, places }) => {
        const element = document.createElement("span");
        element.className = kind;
        element.textContent = text;
        return { element, kind, place: spot(places, name), width: 0 };
      });
      box.append(...texts.map(({ element }) => element));
      for (const text of texts) text.width = text.element.offsetWidth;
      this.hideOverlaps(camera);
    },
    // Hides names that would overlap. Names of small groups appear only when zoomed in.
    hideOverlaps(camera) {
      const taken = [];
      for (const text of texts) {
        const [x, bottom] = camera.screen(...text.place), half = text.width / 2 + 5, y = bottom - lift(text.kind);
        const free = text.kind === "pin" || ((text.kind !== "part" || camera.zoomedBy > 0.9)
          && !taken.some((other) => Math.abs(other.x - x) < other.half + half && Math.abs(other.y - y) < 22));
        text.element.hidden = !free;
        if (free) taken.push({ x, y, half });
      }
      return taken.length;
    },
    thumbnails(rows, width, height, ring) {
      const shown = rows.length <= MAX_THUMBNAILS ? new Set(rows) : new Set();
      for (const [row, element] of images) if (!shown.has(row)) { element.remove(); images.delete(row); }
      for (const row of shown) if (!images.has(row)) { images.set(row, image(row)); box.prepend(images.get(row)); }
      size = Math.max(30, Math.min(76, 0.62 * Math.sqrt((width * height) / Math.max(rows.length, 1))));
      for (const [row, element] of images) {
        element.style.setProperty("--ring", ring(row));
        element.style.width = element.style.height = `${size}px`;
      }
      return images.size;
    },
    place(camera, places) {
      for (const { element, place, kind } of texts)
        if (!element.hidden) {
          const [x, y] = camera.screen(...place);
          move(element, x, y - lift(kind));
        }
      for (const [row, element] of images) move(element, ...camera.screen(places[3 * row], places[3 * row + 1], places[3 * row + 2]));
    },
    raise(row) {
      for (const [other, element] of images) element.classList.toggle("raised", other === row);
    },
    reach: () => (images.size ? size / 2 : 0),
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
