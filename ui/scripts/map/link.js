// Where the hand has brought the camera, in the address behind "#": Streamlit does not run the page for what stands there.
// "#at=stamps/tsne2:412,633,500,1.4,0,0" is the place in the middle, how much closer than the whole map, and the turn.
import { SIZE } from "./points.js";

const PAUSE = 400; // ms without a movement before it is written
const FORM = /^#at=([^:]+):(-?[\d.]+(?:,-?[\d.]+){5})$/;

export function link() {
  let timer = 0, back = false;
  const left = () => {
    clearTimeout(timer);
    back = true;
  };
  addEventListener("popstate", left);
  return {
    // Whether Back or Forward was pressed since this was asked last.
    returned() {
      const was = back;
      back = false;
      return was;
    },
    read(where, home) {
      const [, there, list] = FORM.exec(location.hash) ?? [], numbers = list?.split(",").map(Number) ?? [NaN];
      if (there !== where || !numbers.every(Number.isFinite)) return null;
      const [x, y, z, closer, rotationX, rotationOrbit] = numbers;
      return { target: [x, y, z].map((part) => Math.max(0, Math.min(part, SIZE))), zoom: home + closer, rotationX, rotationOrbit };
    },
    // `view` gives what is to be written once nothing has moved for a moment; null takes it out.
    write(where, view) {
      clearTimeout(timer);
      timer = setTimeout(() => {
        const { target, closer, rotationX, rotationOrbit } = view() ?? {};
        const numbers = target && [...target.map(Math.round), ...[closer, rotationX, rotationOrbit].map((part) => Number(part.toFixed(2)))];
        const hash = numbers ? `#at=${where}:${numbers}` : location.hash.startsWith("#at=") ? "" : location.hash;
        if (hash !== location.hash) history.replaceState(history.state, "", location.pathname + location.search + hash);
      }, PAUSE);
    },
    leave() {
      clearTimeout(timer);
      removeEventListener("popstate", left);
    },
  };
}
