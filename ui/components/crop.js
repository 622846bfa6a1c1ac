// A box on a picture, in thousandths of its width and height. The name comes from strangers. It is only ever set as text.
const MIN_SIZE = 30, STEP = 20, KEY_PAUSE = 350; // thousandths, thousandths, ms without a key before the box is sent
const START = [200, 200, 600, 600];
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const clamp = (value, low, high) => Math.round(Math.min(Math.max(value, low), high));

function boxBetween([ax, ay], [bx, by]) {
  return [Math.min(ax, bx), Math.min(ay, by), Math.abs(ax - bx), Math.abs(ay - by)];
}

function build(root) {
  const frame = root.querySelector(".frame"), image = root.querySelector("img"), mark = root.querySelector(".box");
  const name = root.querySelector(".name"), choose = root.querySelector(".choose"), whole = root.querySelector(".whole"), hint = root.querySelector(".hint");
  const crop = { box: null, send: () => {} };
  const pending = pendingValue();
  let drag = null, timer = 0, src = null;

  const show = () => {
    mark.hidden = whole.hidden = !crop.box;
    choose.hidden = !!crop.box;
    hint.textContent = crop.box ? "Drag the box, or move it with the arrow keys. Hold Shift to resize it with them." : "or drag a box on the picture to use only that part.";
    if (!crop.box) return;
    const [x, y, width, height] = crop.box;
    Object.assign(mark.style, { left: `${x / 10}%`, top: `${y / 10}%`, width: `${width / 10}%`, height: `${height / 10}%` });
  };
  const set = (box, atOnce) => {
    crop.box = box;
    pending.set(box);
    show();
    clearTimeout(timer);
    timer = setTimeout(() => crop.send(crop.box ?? []), atOnce ? 0 : KEY_PAUSE);
  };
  const position = (event) => {
    const { left, top, width, height } = image.getBoundingClientRect();
    return [clamp((1000 * (event.clientX - left)) / width, 0, 1000), clamp((1000 * (event.clientY - top)) / height, 0, 1000)];
  };
  const begin = (event) => {
    const corner = event.target.dataset?.corner, inside = mark.contains(event.target);
    if (event.button || (event.pointerType === "touch" && !inside)) return; // a finger outside the box scrolls the page
    const before = crop.box, at = position(event);
    if (corner) {
      const [x, y, width, height] = before;
      drag = { before, from: [corner.includes("w") ? x + width : x, corner.includes("n") ? y + height : y] };
    } else drag = inside ? { before, moved: at } : { before, from: at };
    frame.setPointerCapture(event.pointerId);
    event.preventDefault();
    if (inside) mark.focus();
  };
  const move = (event) => {
    if (!drag) return;
    const at = position(event);
    if (drag.from) crop.box = boxBetween(drag.from, at);
    else {
      const [x, y, width, height] = drag.before;
      crop.box = [clamp(x + at[0] - drag.moved[0], 0, 1000 - width), clamp(y + at[1] - drag.moved[1], 0, 1000 - height), width, height];
    }
    show();
  };
  const end = (event) => {
    if (!drag) return;
    const { before } = drag;
    drag = null;
    const small = !crop.box || crop.box[2] < MIN_SIZE || crop.box[3] < MIN_SIZE;
    if (event.type === "pointercancel" || small || String(crop.box) === String(before)) {
      crop.box = before;
      show();
    } else set(crop.box, true);
  };
  frame.onpointerdown = begin;
  frame.onpointermove = move;
  frame.onpointerup = frame.onpointercancel = end;
  mark.onkeydown = (event) => {
    const arrow = ARROWS[event.key];
    if (event.key === "Escape") whole.click();
    if (!arrow) return;
    event.preventDefault();
    const [x, y, width, height] = crop.box, [dx, dy] = arrow.map((sign) => sign * STEP);
    set(event.shiftKey ? [x, y, clamp(width + dx, MIN_SIZE, 1000 - x), clamp(height + dy, MIN_SIZE, 1000 - y)]
      : [clamp(x + dx, 0, 1000 - width), clamp(y + dy, 0, 1000 - height), width, height], false);
  };
  choose.onclick = () => {
    set([...START], true);
    mark.focus();
  };
  whole.onclick = () => {
    set(null, true);
    choose.focus();
  };
  crop.update = (url, text, box) => {
    if (url !== src) {
      image.src = src = url;
      drag = null;
      pending.clear();
    }
    image.alt = name.textContent = name.title = text;
    pending.receive(box, () => {
      if (drag) return;
      crop.box = box;
      show();
    });
  };
  return crop;
}

const crops = new WeakMap();

export default function ({ data, parentElement, setTriggerValue }) {
  if (!crops.has(parentElement)) crops.set(parentElement, build(parentElement));
  const crop = crops.get(parentElement);
  crop.send = (box) => setTriggerValue("crop", box);
  crop.update(...data);
  parentElement.querySelector(".row").inert = false;
}
