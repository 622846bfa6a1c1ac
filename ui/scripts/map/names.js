// The names on the map: of groups, of words, and of what the visitor has searched for.
import { spot } from "./points.js";

const RANK = { pin: 0, cluster: 1, word: 2, part: 3 };
const FARTHEST = { pin: 70, cluster: 70, word: 36, part: 46 }; // pixels between a name and its place
const CLOSE_UP = 0.9; // the zoom beyond the whole map at which names of small groups appear
const FAR = 24; // pixels from which a line connects a name with its place
const SVG = "http://www.w3.org/2000/svg";

const lift = (kind) => (kind === "pin" ? 20 : 0); // pixels that a pin's name is above it
const stemmed = (text) => text.replace(/s$/, "");

// The names on a map, the more important ones first, because later ones give way.
function chosen(points, show, pins) {
  const used = new Set(pins.map(({ text }) => stemmed(text)));
  const wanted = points.texts.filter(({ kind }) => (kind === "word" ? show !== "pictures" : show !== "words"))
    .sort((one, other) => RANK[one.kind] - RANK[other.kind])
    .filter(({ text }) => { // the word "insects" is not needed beside a group named "insect"
      const stem = stemmed(text), isNew = !used.has(stem);
      used.add(stem);
      return isNew;
    });
  return [...pins.map(({ text, places }) => ({ text: `★ ${text}`, kind: "pin", places })), ...wanted];
}

export function names(box, points) {
  let texts = [];
  const lines = document.createElementNS(SVG, "svg");
  box.prepend(lines);
  return {
    // Sets the names on the map `name`. Those that were there before stay where they are until `arrange`.
    set(name, show, pins) {
      const before = new Map(texts.map((text) => [text.key, text]));
      for (const { element } of texts) element.remove();
      texts = chosen(points, show, pins).map(({ text, kind, places }) => {
        const element = document.createElement("span"), line = document.createElementNS(SVG, "line"), key = `${name} ${kind} ${text}`;
        element.className = kind;
        element.textContent = text;
        return { element, line, kind, key, place: spot(places, name), offset: before.get(key)?.offset ?? null };
      });
      box.append(...texts.map(({ element }) => element));
      lines.replaceChildren(...texts.map(({ line }) => line));
      for (const text of texts) [text.width, text.height] = [text.element.offsetWidth, text.element.offsetHeight];
      for (const text of texts) text.element.hidden = !text.offset;
    },
    // Gives each name the nearest free place on the `room`, or hides it. A pin's name is always shown. Returns how many are shown.
    arrange(camera, room, width, height) {
      for (const text of texts) {
        const [x, bottom] = camera.screen(...text.place), y = bottom - lift(text.kind);
        const wanted = x > 0 && bottom > 0 && x < width && bottom < height && (text.kind !== "part" || camera.zoomedBy > CLOSE_UP);
        text.offset = wanted ? room.take(x, y, text.width, text.height, FARTHEST[text.kind]) : null;
        if (!text.offset && text.kind === "pin") {
          text.offset = [0, 0];
          room.force(x, y, text.width, text.height);
        }
        text.element.hidden = !text.offset;
      }
      this.move(camera);
      return texts.filter(({ offset }) => offset).length;
    },
    // Moves the names with their places.
    move(camera) {
      for (const { element, line, place, kind, offset, height } of texts) {
        line.style.display = offset && Math.hypot(...offset) > FAR ? "" : "none";
        if (!offset) continue;
        const [x, bottom] = camera.screen(...place), [to, down] = [x + offset[0], bottom - lift(kind) + offset[1]];
        element.style.transform = `translate(${to.toFixed(1)}px, ${down.toFixed(1)}px) translate(-50%, -50%)`;
        const edge = down + Math.sign(bottom - down) * (height / 2 + 1);
        for (const [name, value] of Object.entries({ x1: x, y1: bottom, x2: to, y2: edge })) line.setAttribute(name, value.toFixed(1));
      }
    },
  };
}
