// The camera, and its motion: by the visitor, to another map, to a picture, or to the place in the link.
import { between, fit, glide, reducedMotion } from "./camera.js";
import { outlined, rotationOf } from "./lasso.js";
import { link } from "./link.js";

export class CameraMotion {
  moved = false; // whether the visitor has moved the camera
  link = link((state) => { this.map.dataset.link = state; });
  stop = () => {};

  // Goes to another map. Every point glides to its new place.
  goToMap(name, atOnce) {
    this.stop();
    this.moved = false;
    const to = this.points.places[name], from = this.places ?? to, view = this.view;
    const region = this.state.region.startsWith(name) ? outlined(this.state.region, { scale: 1, origin: [0, 0] }) : null;
    const goal = { ...this.wholeMap(name), ...(region?.axes ? rotationOf(region.axes) : {}) };
    this.dims = Number(name.at(-1));
    this.painting?.setDimensions(this.dims);
    this.mapName = name;
    this.home = goal.zoom;
    this.places = to;
    this.setTexts();
    this.stop = glide(atOnce ? 0 : 700, (share) => {
      this.places = share === 1 ? to : from.map((part, index) => part + (to[index] - part) * share);
      this.paint();
      this.look(view ? between(view, goal, share) : goal);
    });
  }

  wholeMap(name) {
    const { clientWidth, clientHeight } = this.stage;
    return fit(this.points.places[name], Number(name.at(-1)), clientWidth, clientHeight);
  }

  goToItem(atOnce) {
    const row = this.state.item;
    if (row === null) return;
    const index = Math.floor(row), to = this.points.places[this.mapName], view = this.view ?? this.wholeMap(this.mapName);
    this.moved = false;
    if (matchMedia("(max-width: 640px)").matches) this.stage.scrollIntoView({ block: "start", behavior: reducedMotion.matches ? "auto" : "smooth" }); // above the sheet
    this.goTo({ ...view, target: [...to.slice(3 * index, 3 * index + 3)], zoom: Math.max(view.zoom, this.home + 1.4) }, atOnce);
  }

  goToLink(atOnce) {
    const goal = this.link.read(this.mapId(), this.home);
    if (!goal) return;
    this.goTo(goal, atOnce);
    this.moved = true;
  }

  // The camera glides. The points are in their places at once.
  goTo(goal, atOnce) {
    const view = this.view ?? this.wholeMap(this.mapName);
    this.stop();
    this.places = this.points.places[this.mapName];
    this.paint();
    this.stop = glide(atOnce ? 0 : 600, (share) => this.look(between(view, goal, share)));
  }

  mapId() {
    return `${encodeURIComponent(this.state.collection)}/${this.mapName}`;
  }

  writeLink() {
    this.link.write(this.mapId(), () => (this.moved ? { ...this.view, zoomedBy: this.view.zoom - this.home } : null));
  }

  look(view, byVisitor = false) {
    if (byVisitor) {
      this.stop();
      this.moved = true;
      this.writeLink();
    }
    const zoom = Math.max(this.home - 1.5, Math.min(view.zoom, this.home + 8));
    this.view = { ...view, zoom };
    this.painting?.look(this.view, this.points.drawn, zoom - this.home);
    this.arrange();
  }
}
