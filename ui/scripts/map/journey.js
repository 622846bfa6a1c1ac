// Where the map is seen from, and the ways there: by hand, to another map, to a picture, to the place in the link.
import { between, fit, glide } from "./camera.js";
import { outlined, turn } from "./lasso.js";
import { link } from "./link.js";

export class Journey {
  steered = false; // whether the camera is where the hand brought it
  link = link();
  stop = () => {};

  // From the map as it is now to another one: every point glides to its new place.
  go(name, atOnce) {
    this.stop();
    this.steered = false;
    const to = this.points.places[name], from = this.places ?? to, view = this.view;
    const region = this.shown.region.startsWith(name) ? outlined(this.shown.region, { scale: 1, origin: [0, 0] }) : null;
    const goal = { ...this.whole(name), ...(region?.axes ? turn(region.axes) : {}) };
    this.dims = Number(name.at(-1));
    this.painting?.steer(this.dims);
    this.names = name;
    this.home = goal.zoom;
    this.places = to;
    this.say();
    this.stop = glide(atOnce ? 0 : 700, (share) => {
      this.places = share === 1 ? to : from.map((part, index) => part + (to[index] - part) * share);
      this.paint();
      this.look(view ? between(view, goal, share) : goal);
    });
  }

  whole(name) {
    const { clientWidth, clientHeight } = this.stage;
    return fit(this.points.places[name], Number(name.at(-1)), clientWidth, clientHeight);
  }

  toItem(atOnce) {
    const row = this.shown.item;
    if (row === null) return;
    const at = Math.floor(row), to = this.points.places[this.names], view = this.view ?? this.whole(this.names);
    this.steered = false;
    this.to({ ...view, target: [...to.slice(3 * at, 3 * at + 3)], zoom: Math.max(view.zoom, this.home + 1.4) }, atOnce);
  }

  toLinked(atOnce) {
    const goal = this.link.read(this.where(), this.home);
    if (!goal) return;
    this.to(goal, atOnce);
    this.steered = true;
  }

  // The camera glides; the points are where they belong at once.
  to(goal, atOnce) {
    const view = this.view ?? this.whole(this.names);
    this.stop();
    this.places = this.points.places[this.names];
    this.paint();
    this.stop = glide(atOnce ? 0 : 600, (share) => this.look(between(view, goal, share)));
  }

  where() {
    return `${encodeURIComponent(this.shown.collection)}/${this.names}`;
  }

  remember() {
    this.link.write(this.where(), () => (this.steered ? { ...this.view, closer: this.view.zoom - this.home } : null));
  }

  look(view, byHand = false) {
    if (byHand) {
      this.stop();
      this.steered = true;
      this.remember();
    }
    const zoom = Math.max(this.home - 1.5, Math.min(view.zoom, this.home + 8));
    this.view = { ...view, zoom };
    this.painting?.look(this.view, this.points.drawn, zoom - this.home);
    this.arrange();
  }
}
