// The colours of the points, and the legend that explains them.

// viridis (van der Walt and Smith, 2015), which is readable with any colour vision.
const RAMP = ["#440154", "#46327e", "#365c8d", "#277f8e", "#1fa187", "#4ac16d", "#a0da39", "#fde725"].map(rgb);
const GREY = [140, 146, 144];

export function rgb(text) {
  const full = text.trim().replace(/^#(.)(.)(.)$/, "#$1$1$2$2$3$3");
  const hex = /^#(..)(..)(..)/.exec(full);
  return hex ? hex.slice(1).map((pair) => parseInt(pair, 16)) : (full.match(/\d+/g) ?? GREY).slice(0, 3).map(Number);
}

export function theme(element) {
  const style = getComputedStyle(element), value = (name) => style.getPropertyValue(`--st-${name}`).trim();
  const background = rgb(value("background-color") || "#ffffff");
  const palette = value("chart-categorical-colors").match(/#\w+|rgba?\([^)]*\)/g)?.map(rgb) ?? [GREY];
  const dark = background.reduce((sum, part) => sum + part) < 380;
  // The most similar points have the colour farthest from the background.
  return { background, palette, dark, ink: rgb(value("text-color")), primary: rgb(value("primary-color")), pin: dark ? [255, 138, 92] : [201, 62, 24],
    ramp: dark ? RAMP.slice(1) : RAMP.slice(0, -1).reverse() };
}

function along(ramp, share) {
  const at = share * (ramp.length - 1), low = Math.min(Math.floor(at), ramp.length - 2);
  return ramp[low].map((part, index) => Math.round(part + (ramp[low + 1][index] - part) * (at - low)));
}

// Returns a number for each point and a colour for each number. For scores and similarities the numbers are 256 steps.
export function scheme(points, state, look, unpack) {
  if (state.colour === "cosine") {
    const ramp = state.scores ?? state.cosines;
    if (!ramp) return { of: new Uint8Array(points.drawn), colours: [GREY], names: [], none: true };
    return { of: unpack(ramp.of), colours: Array.from({ length: 256 }, (_, step) => along(look.ramp, step / 255)), names: [], ramp };
  }
  const { names, of } = points.colours[state.colour];
  const colour = (number) => (/^(other|no label)$/.test(names[number]) ? GREY : look.palette[number % look.palette.length]);
  return { of, names, colours: names.map((_, number) => colour(number)) };
}

export const css = (colour) => `rgb(${colour.join(" ")})`;

export function legend(box, scheme, look, highlighted, onSelect) {
  if (scheme.none) return box.replaceChildren("Search for something, or click a picture. The colours then show how similar each picture is to it.");
  if (scheme.ramp) {
    const ramp = document.createElement("span");
    ramp.className = "ramp";
    ramp.style.background = `linear-gradient(to right, ${look.ramp.map(css).join(",")})`;
    const { target, low, high } = scheme.ramp;
    if (low === undefined) return box.replaceChildren(`how well it matches “${target}”: least`, ramp, "best");
    return box.replaceChildren(`similarity to “${target}”  ${low.toFixed(2)}`, ramp, high.toFixed(2));
  }
  const counts = new Map();
  for (const number of scheme.of) counts.set(number, (counts.get(number) ?? 0) + 1);
  box.replaceChildren(...scheme.names.flatMap((name, number) => {
    if (!counts.has(number)) return [];
    const button = document.createElement("button"), dot = document.createElement("i"), count = document.createElement("small");
    button.type = "button";
    button.setAttribute("aria-pressed", String(highlighted === number));
    dot.style.background = css(scheme.colours[number]);
    count.textContent = counts.get(number).toLocaleString("en");
    button.append(dot, name, count);
    button.onclick = () => onSelect(highlighted === number ? null : number);
    return [button];
  }));
  return undefined;
}
