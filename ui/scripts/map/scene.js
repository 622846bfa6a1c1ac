// The map itself: its points, what is seen of them, and what a visitor does with them.
import { affine, between, flat, glide, moved } from "./camera.js";
import { css, legend, scheme, theme } from "./colours.js";
import { choices, listed, tools } from "./controls.js";
import { Journey } from "./journey.js";
import { described, drawing, outlined, seenAlong } from "./lasso.js";
import { overlay, tip } from "./overlay.js";
import { bytes, read } from "./points.js";
import { painter } from "./painter.js";
import { unsaid } from "./unsaid.js";

export async function start(root, source, drawable) {
  const map = root.querySelector(".map"), $ = (selector) => root.querySelector(selector);
  const points = await read(source);
  const painting = drawable ? await painter($(".canvas")) : null;
  return new Scene(map, $, points, painting, root);
}

class Scene extends Journey {
  alone = null; // the only legend entry shown
  tool = "pan";
  unsaid = unsaid(() => this.show(this.said));

  constructor(map, $, points, painting, root) {
    super();
    Object.assign(this, { map, $, points, painting, root, stage: $(".stage") });
    this.over = overlay($(".overlay"), points);
    this.tip = tip($(".tip"), points);
    this.useTool = tools(root, (name) => this.press(name));
    this.pencil = drawing($(".drawn"), (line) => this.drew(line));
    map.toggleAttribute("data-whole", points.whole);
    map.dataset.points = points.drawn;
    if (painting) painting.listen((view) => this.look(view, true), () => this.arrange());
    this.listen();
    this.useTool("pan");
  }

  listen() {
    const { stage } = this;
    let from = null;
    stage.addEventListener("pointerdown", (event) => { from = [event.clientX, event.clientY]; this.map.removeAttribute("data-keys"); }, true);
    stage.addEventListener("pointermove", (event) => this.hover(event));
    stage.addEventListener("pointerleave", () => this.tip.hide());
    stage.addEventListener("click", (event) => {
      const still = from && Math.hypot(event.clientX - from[0], event.clientY - from[1]) < 6;
      const row = still && this.tool === "pan" && !event.target.closest(".tools") ? this.at(event) : null;
      if (row !== null) this.open(row);
    });
    stage.addEventListener("wheel", (event) => event.preventDefault(), { passive: false });
    stage.addEventListener("keydown", (event) => this.key(event));
    this.map.addEventListener("transitionrun", (event) => { if (event.propertyName === "color" && event.target === this.map) this.paint(); });
    this.$(".list").addEventListener("toggle", () => this.settle());
    this.sized = new ResizeObserver(() => this.arrange());
    this.sized.observe(stage);
  }

  leave() {
    this.stop();
    this.link.leave();
    this.unsaid.leave();
    this.sized.disconnect();
    this.painting?.leave();
  }

  // What the page says: the view of the address, and what stands out.
  update(said, send) {
    Object.assign(this, { said, send: (part) => send(this.unsaid.add(part)) });
    this.show(this.unsaid.over(said));
  }

  show(shown) {
    const before = this.shown, first = !before, returned = this.link.returned();
    this.shown = shown;
    if (first) this.choose = choices(this.root, this.points, shown, (change) => this.change(change));
    this.choose(shown);
    this.inside = new Set(new Uint32Array(bytes(shown.inside).buffer));
    this.lit = new Set(shown.pins.flatMap(({ lit }) => lit));
    this.stage.setAttribute("aria-label", `Map of ${this.points.drawn} pictures of ${shown.collection}`);
    if (first || before.name !== shown.name || (returned && this.steered)) this.go(shown.name, first);
    else this.paint();
    if (shown.id && (shown.id !== before?.id || returned)) this.toItem(first);
    if (first || returned) this.toLinked(first);
    this.remember(); // a new address of the page's has nothing behind "#"
    const { dataset } = this.map;
    Object.assign(dataset, { state: this.painting ? "ready" : "without", map: shown.name, colour: shown.colour, show: shown.show, item: shown.id,
      lit: this.lit.size, selected: shown.found, pins: shown.pins.length });
    if (this.painting) this.$(".notice").textContent = "";
    this.settle();
  }

  change(part) {
    if (part.colour) this.alone = null;
    this.show({ ...this.shown, ...part }); // at once; the page follows
    this.send(part);
  }

  open(row) {
    this.$(".status").textContent = `Opening ${this.points.names[row]}…`;
    this.send({ item: this.points.ids[row] });
  }

  // Everything that lies over the points, moved to where they are now.
  arrange() {
    const { clientWidth: width, clientHeight: height } = this.stage;
    if (!this.view || !width || !height) return; // off the page it has no size
    this.camera = Object.assign(affine(this.painting ? this.painting.viewport(this.view, width, height) : flat(this.view, width, height)), { closer: this.view.zoom - this.home });
    this.map.dataset.labels = this.over.thin(this.camera);
    this.over.place(this.camera, this.places);
    const region = this.shown.region ? outlined(this.shown.region, this.camera) : null;
    const turned = region?.axes && !seenAlong(region.axes, this.camera);
    if (!this.pencil.busy()) this.pencil.show(region?.name === this.names && !turned ? region.screen : []);
    clearTimeout(this.settling);
    this.settling = setTimeout(() => this.settle(), 130);
  }

  // After a movement: the pictures in view, those in the middle first.
  settle() {
    if (!this.camera) return;
    const { clientWidth: width, clientHeight: height } = this.stage;
    const seen = this.near(width / 2, height / 2, ([x, y]) => x > -20 && y > -20 && x < width + 20 && y < height + 20);
    const rows = this.shown.show === "words" ? [] : seen;
    this.map.dataset.thumbnails = this.over.thumbnails(rows, width, height, (row) => css(this.colourOf(row)));
    this.over.place(this.camera, this.places);
    this.map.dataset.seen = seen.length;
    listed(this.$(".list"), this.points, seen, (row) => this.open(row));
    const of = this.points.step > 1 ? ` of ${this.points.count.toLocaleString("en")}, evenly sampled` : "";
    this.$(".status").textContent = `${seen.length.toLocaleString("en")} of ${this.points.drawn.toLocaleString("en")} pictures${of} in view`;
  }

  // The points for which `fits` holds on the screen, by their distance from a spot there.
  near(x, y, fits) {
    const { places, camera } = this, found = [];
    for (let row = 0, at = 0; at < places.length; row += 1, at += 3) {
      const place = camera.screen(places[at], places[at + 1], places[at + 2]);
      if (fits(place)) found.push([Math.hypot(place[0] - x, place[1] - y), row]);
    }
    return found.sort((one, other) => one[0] - other[0]).map(([, row]) => row);
  }

  at(event) {
    if (!this.camera || this.shown.show === "words") return null;
    const { left, top } = this.stage.getBoundingClientRect(), x = event.clientX - left, y = event.clientY - top;
    const reach = Math.max(event.pointerType === "touch" ? 24 : 12, this.over.reach());
    return this.near(x, y, (place) => Math.abs(place[0] - x) < reach && Math.abs(place[1] - y) < reach)[0] ?? null;
  }

  hover(event) {
    const row = event.buttons || event.target.closest?.(".tools") || this.tool !== "pan" ? null : this.at(event);
    this.map.dataset.hovered = row === null ? "" : this.points.ids[row];
    this.over.raise(row);
    this.stage.style.cursor = row === null ? "" : "pointer";
    if (row === null) return this.tip.hide();
    const { left, top, width, height } = this.stage.getBoundingClientRect();
    return this.tip.show(row, event.clientX - left, event.clientY - top, width, height, this.lineOf(row));
  }

  lineOf(row) {
    const { category, right } = this.points.colours, { cosines } = this.shown;
    if (cosines) return `cosine ${(cosines.low + ((cosines.high - cosines.low) * bytes(cosines.of)[row]) / 255).toFixed(2)}`;
    return this.shown.colour === "right" ? right.names[right.of[row]] : category.names[category.of[row]] ?? "";
  }

  key(event) {
    if (event.target !== this.stage || event.ctrlKey || event.metaKey || event.altKey || !this.view) return;
    const view = moved(this.view, event.key, this.dims, this.camera.scale);
    const { clientWidth: width, clientHeight: height } = this.stage;
    this.map.setAttribute("data-keys", "");
    if (view) this.look(view, true);
    else if (event.key === "0") this.press("reset");
    else if (event.key === "Escape") this.press("pan");
    else if (event.key !== "Enter") return;
    event.preventDefault();
    const [nearest] = this.near(width / 2, height / 2, () => true);
    if (event.key === "Enter") this.open(nearest);
    else this.tip.show(nearest, ...this.camera.screen(...this.places.slice(3 * nearest, 3 * nearest + 3)), width, height, this.lineOf(nearest));
  }

  press(name) {
    if (name === "closer" || name === "farther") {
      const from = this.view, zoom = from.zoom + (name === "closer" ? 0.8 : -0.8);
      this.stop();
      this.steered = true;
      this.remember();
      this.stop = glide(220, (share) => this.look(between(from, { ...from, zoom }, share)));
    } else if (name === "reset") {
      if (this.shown.region) this.send({ region: "" });
      this.alone = null;
      this.go(this.names, false);
      this.remember();
    } else {
      this.tool = name;
      this.pencil.use(name);
      this.useTool(name);
    }
  }

  drew(line) {
    this.press("pan");
    if (!line) return this.arrange();
    const region = described(line, this.camera, this.names);
    this.shown = { ...this.shown, region };
    this.arrange();
    return this.send({ region });
  }

  say() {
    this.over.say(this.names, this.shown.show, this.shown.pins, this.camera ?? { screen: () => [0, 0], closer: 0 });
  }

  colourOf(row) {
    return this.scheme.colours[this.scheme.of[row]];
  }

  paint() {
    const look = theme(this.map), { points, shown } = this;
    this.map.style.setProperty("--pin", css(look.pin));
    this.scheme = scheme(points, shown, look, bytes);
    legend(this.$(".legend"), this.scheme, look, this.alone, (number) => { this.alone = number; this.paint(); });
    this.say();
    if (!this.painting) return;
    const strong = this.inside.size ? this.inside : this.lit.size ? this.lit : null;
    const faint = (row) => (this.alone !== null && this.scheme.of[row] !== this.alone) || (strong && !strong.has(row)) || shown.show === "words";
    this.painting.paint({ places: this.places, colour: (row) => this.colourOf(row), faint, look, name: this.names, shown, strong });
    if (this.view) this.look(this.view);
  }
}
