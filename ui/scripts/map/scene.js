// The map: its points, what is in view, and what a visitor does with them.
import { affine, between, flat, glide, viewAfterKey } from "./camera.js";
import { CameraMotion } from "./camera_motion.js";
import { css, legend, scheme, theme } from "./colours.js";
import { choices, fillList, hint, tools } from "./controls.js";
import { described, drawing, hasRotation, outlined } from "./lasso.js";
import { drawWith } from "./legend.js";
import { names } from "./names.js";
import { thumbnails, tooltip } from "./overlay.js";
import { painter } from "./painter.js";
import { obstacles, roomOn } from "./placement.js";
import { bytes, read } from "./points.js";
import { unconfirmed } from "./unconfirmed.js";

const SETTLE_PAUSE = 130; // ms after a movement
const CLICK_DISTANCE = 6; // pixels a pointer may move during a click

export async function start(map, source, canDraw) {
  const $ = (selector) => map.querySelector(selector);
  const points = await read(source);
  const painting = canDraw ? await painter($(".canvas")) : null;
  return new Scene(map, $, points, painting);
}

class Scene extends CameraMotion {
  highlighted = null; // the legend entry that is highlighted
  tool = "pan";
  unconfirmed = unconfirmed(() => this.show(this.confirmed));

  constructor(map, $, points, painting) {
    super();
    Object.assign(this, { map, $, points, painting, stage: $(".stage") });
    this.names = names($(".overlay"), points);
    this.thumbnails = thumbnails($(".overlay"), points);
    this.tip = tooltip($(".tip"), points);
    this.showTool = tools(map, (name) => this.useTool(name));
    this.pencil = drawing($(".drawn"), (line) => this.finishDrawing(line));
    map.toggleAttribute("data-whole", points.whole);
    map.dataset.points = points.drawn;
    if (painting) painting.listen((view) => this.look(view, true), () => this.arrange());
    this.listen();
    this.showTool("pan");
  }

  listen() {
    const { stage } = this;
    let from = null;
    stage.addEventListener("pointerdown", (event) => { from = { x: event.clientX, y: event.clientY, tool: this.tool }; this.map.removeAttribute("data-keys"); }, true);
    stage.addEventListener("pointermove", (event) => this.hover(event));
    stage.addEventListener("pointerleave", () => this.tip.hide());
    stage.addEventListener("click", (event) => {
      const isClick = from && Math.hypot(event.clientX - from.x, event.clientY - from.y) < CLICK_DISTANCE;
      const row = isClick && from.tool === "pan" && !event.target.closest(".tools") ? this.rowAt(event) : null;
      if (row !== null) this.open(row);
    });
    stage.addEventListener("wheel", (event) => this.onWheel(event), { passive: false });
    stage.addEventListener("keydown", (event) => this.onKey(event));
    this.map.addEventListener("transitionrun", (event) => { if (event.propertyName === "color" && event.target === this.map) this.paint(); });
    this.$(".list").addEventListener("toggle", () => this.settle());
    this.resizeObserver = new ResizeObserver(() => this.arrange());
    this.resizeObserver.observe(stage);
  }

  close() {
    this.stop();
    this.link.close();
    this.unconfirmed.close();
    drawWith(() => {});
    this.resizeObserver.disconnect();
    this.painting?.close();
  }

  // Takes the page's state: the view in the address, and what is highlighted.
  update(confirmed, send) {
    Object.assign(this, { confirmed, send: (change) => send(this.unconfirmed.add(change)) });
    this.show(this.unconfirmed.applyTo(confirmed));
  }

  show(state) {
    const before = this.state, first = !before, returned = this.link.returned();
    this.state = state;
    if (first) this.showChoices = choices(this.map, this.points, state, (change) => this.change(change));
    this.showChoices(state);
    this.inside = new Set(new Uint32Array(bytes(state.inside).buffer));
    this.matches = new Set(state.pins.flatMap((pin) => pin.matches));
    this.tip.hide(); // what was under the pointer may have moved
    this.$(".hint").textContent = hint(state.name.endsWith("3"));
    this.stage.setAttribute("aria-label", `Map of ${this.points.drawn} pictures in ${state.collection}`);
    if (first || before.name !== state.name || (returned && this.moved)) this.goToMap(state.name, first);
    else this.paint();
    if (state.id && (state.id !== before?.id || returned)) this.goToItem(first);
    if (first || returned) this.goToLink(first);
    this.writeLink(); // a new address from the page has nothing behind "#"
    Object.assign(this.map.dataset, { state: this.painting ? "ready" : "without", map: state.name, colour: state.colour, show: state.show, item: state.id,
      lit: this.matches.size, selected: state.insideCount, pins: state.pins.length });
    if (this.painting) this.$(".notice").textContent = "";
    this.settle();
  }

  change(change) {
    if (change.colour) this.highlighted = null;
    this.show({ ...this.state, ...change }); // at once, before the page confirms it
    this.send(change);
  }

  open(row) {
    this.$(".status").textContent = `Opening ${this.points.names[row]}…`;
    this.send({ item: this.points.ids[row] });
  }

  // Moves everything that is over the points to where they are now.
  arrange() {
    const { clientWidth: width, clientHeight: height } = this.stage;
    if (!this.view || !width || !height) return; // it has no size while it is hidden
    this.camera = Object.assign(affine(this.painting ? this.painting.viewport(this.view, width, height) : flat(this.view, width, height)), { zoomedBy: this.view.zoom - this.home });
    this.moveOverlay();
    const region = this.state.region ? outlined(this.state.region, this.camera) : null;
    const rotated = region?.axes && !hasRotation(region.axes, this.camera);
    if (!this.pencil.busy()) this.pencil.show(region?.name === this.mapName && !rotated ? region.screen : []);
    clearTimeout(this.settling);
    this.settling = setTimeout(() => this.settle(), SETTLE_PAUSE);
  }

  // After a movement, updates what depends on the pictures in view. Those in the centre come first.
  settle() {
    if (!this.camera) return;
    const { clientWidth: width, clientHeight: height } = this.stage;
    const inView = this.nearest(width / 2, height / 2, ([x, y]) => x > -20 && y > -20 && x < width + 20 && y < height + 20);
    const rows = this.state.show === "words" ? [] : inView;
    const item = this.state.item === null ? [] : rows.filter((row) => row === Math.floor(this.state.item));
    this.map.dataset.thumbnails = this.thumbnails.show([...item, ...rows], this.at, width, height, (row) => css(this.colourOf(row)));
    this.map.dataset.labels = this.names.arrange(this.camera, roomOn(width, height, obstacles(this, rows, this.at)), width, height);
    this.moveOverlay();
    this.map.dataset.seen = inView.length;
    fillList(this.$(".list"), this.points, inView, (row) => this.open(row));
    const sampled = this.points.step > 1 ? ` of ${this.points.count.toLocaleString("en")}, evenly sampled` : "";
    this.$(".status").textContent = `${inView.length.toLocaleString("en")} of ${this.points.drawn.toLocaleString("en")} pictures${sampled} in view`;
  }

  moveOverlay() {
    this.names.move(this.camera);
    this.thumbnails.move(this.at);
  }

  // Returns where on the screen the point at a row is.
  at = (row) => this.camera.screen(this.places[3 * row], this.places[3 * row + 1], this.places[3 * row + 2]);

  // Returns the points whose place on the screen `fits`, ordered by their distance from (x, y).
  nearest(x, y, fits) {
    const { places, camera } = this, rows = [];
    for (let row = 0, index = 0; index < places.length; row += 1, index += 3) {
      const place = camera.screen(places[index], places[index + 1], places[index + 2]);
      if (fits(place)) rows.push([Math.hypot(place[0] - x, place[1] - y), row]);
    }
    return rows.sort((one, other) => one[0] - other[0]).map(([, row]) => row);
  }

  rowAt(event) {
    if (!this.camera || this.state.show === "words") return null;
    const { left, top } = this.stage.getBoundingClientRect(), x = event.clientX - left, y = event.clientY - top;
    const reach = event.pointerType === "touch" ? 24 : 12;
    return this.thumbnails.under(x, y, this.at) ?? this.nearest(x, y, (place) => Math.abs(place[0] - x) < reach && Math.abs(place[1] - y) < reach)[0] ?? null;
  }

  hover(event) {
    const row = event.buttons || event.target.closest?.(".tools") || this.tool !== "pan" ? null : this.rowAt(event);
    this.map.dataset.hovered = row === null ? "" : this.points.ids[row];
    this.thumbnails.raise(row);
    this.stage.style.cursor = row === null ? "" : "pointer";
    if (row === null) return this.tip.hide();
    const { left, top, width, height } = this.stage.getBoundingClientRect();
    return this.tip.show(row, event.clientX - left, event.clientY - top, width, height, this.tipLine(row));
  }

  tipLine(row) {
    const { category, right } = this.points.colours, { cosines } = this.state;
    if (cosines) return `similarity ${(cosines.low + ((cosines.high - cosines.low) * bytes(cosines.of)[row]) / 255).toFixed(2)}`;
    return this.state.colour === "right" ? right.names[right.of[row]] : category.names[category.of[row]] ?? "";
  }

  // The wheel zooms over the map. Over the tools it scrolls the page.
  onWheel(event) {
    if (event.target.closest(".tools")) return;
    event.preventDefault();
    if (this.tool !== "pan" && this.view) this.look({ ...this.view, zoom: this.view.zoom - 0.004 * event.deltaY }, true);
  }

  onKey(event) {
    if (event.target !== this.stage || event.ctrlKey || event.metaKey || event.altKey || !this.view) return;
    const view = viewAfterKey(this.view, event.key, this.dims, this.camera.scale);
    const { clientWidth: width, clientHeight: height } = this.stage;
    this.map.setAttribute("data-keys", "");
    if (view) this.look(view, true);
    else if (event.key === "0") this.useTool("reset");
    else if (event.key === "Escape") this.useTool("pan");
    else if (event.key !== "Enter") return;
    event.preventDefault();
    const [nearest] = this.nearest(width / 2, height / 2, () => true);
    if (event.key === "Enter") this.open(nearest);
    else this.tip.show(nearest, ...this.camera.screen(...this.places.slice(3 * nearest, 3 * nearest + 3)), width, height, this.tipLine(nearest));
  }

  useTool(name) {
    if (name === "zoomIn" || name === "zoomOut") {
      const from = this.view, zoom = from.zoom + (name === "zoomIn" ? 0.8 : -0.8);
      this.stop();
      this.moved = true;
      this.writeLink();
      this.stop = glide(220, (share) => this.look(between(from, { ...from, zoom }, share)));
    } else if (name === "reset") {
      if (this.state.region) this.send({ region: "" });
      this.highlighted = null;
      this.goToMap(this.mapName, false);
      this.writeLink();
    } else {
      this.tool = name;
      this.pencil.use(name);
      this.showTool(name);
    }
  }

  finishDrawing(line) {
    this.useTool("pan");
    if (!line) return this.arrange();
    const region = described(line, this.camera, this.mapName);
    this.state = { ...this.state, region };
    this.arrange();
    return this.send({ region });
  }

  setTexts() {
    this.names.set(this.mapName, this.state.show, this.state.pins);
  }

  colourOf(row) {
    return this.scheme.colours[this.scheme.of[row]];
  }

  paint() {
    const look = theme(this.map), { points, state } = this;
    this.map.style.setProperty("--pin", css(look.pin));
    this.scheme = scheme(points, state, look, bytes);
    drawWith((box) => legend(box, this.scheme, look, this.highlighted, (number) => { this.highlighted = number; this.paint(); }));
    this.setTexts();
    if (!this.painting) return;
    const highlighted = this.inside.size ? this.inside : this.matches.size ? this.matches : null;
    const faint = (row) => (this.highlighted !== null && this.scheme.of[row] !== this.highlighted) || (highlighted && !highlighted.has(row)) || state.show === "words";
    this.painting.paint({ places: this.places, colour: (row) => this.colourOf(row), faint, look, name: this.mapName, state, highlighted });
    if (this.view) this.look(this.view);
  }
}
