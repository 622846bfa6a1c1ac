// The camera in the address, behind "#", so that Streamlit does not run the page when it moves.
// "#at=stamps/tsne2:412,633,500,1.4,0,0" has the point in the centre, the zoom beyond the whole map, and the rotation.
import { SIZE } from "./points.js";

const WRITE_PAUSE = 400; // ms without a movement before it is written
const PATTERN = /^#at=([^:]+):(-?[\d.]+(?:,-?[\d.]+){5})$/;

export function link(onState) {
  let timer = 0, navigated = false;
  const onPopState = () => {
    clearTimeout(timer);
    navigated = true;
  };
  addEventListener("popstate", onPopState);
  return {
    // Returns whether Back or Forward was used since the last call.
    returned() {
      const was = navigated;
      navigated = false;
      return was;
    },
    read(map, home) {
      const [, linked, list] = PATTERN.exec(location.hash) ?? [], numbers = list?.split(",").map(Number) ?? [NaN];
      if (linked !== map || !numbers.every(Number.isFinite)) return null;
      const [x, y, z, zoomedBy, rotationX, rotationOrbit] = numbers;
      return { target: [x, y, z].map((part) => Math.max(0, Math.min(part, SIZE))), zoom: home + zoomedBy, rotationX, rotationOrbit };
    },
    // Writes what `view` returns once nothing has moved for a moment. Null removes it.
    write(map, view) {
      clearTimeout(timer);
      onState("pending");
      timer = setTimeout(() => {
        const { target, zoomedBy, rotationX, rotationOrbit } = view() ?? {};
        const numbers = target && [...target.map(Math.round), ...[zoomedBy, rotationX, rotationOrbit].map((part) => Number(part.toFixed(2)))];
        const hash = numbers ? `#at=${map}:${numbers}` : location.hash.startsWith("#at=") ? "" : location.hash;
        if (hash !== location.hash) history.replaceState(history.state, "", location.pathname + location.search + hash);
        onState("written");
      }, WRITE_PAUSE);
    },
    close() {
      clearTimeout(timer);
      removeEventListener("popstate", onPopState);
    },
  };
}
