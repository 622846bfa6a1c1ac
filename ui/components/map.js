// Fetches the map's scripts and the library that draws it when the map is first shown.
const opened = new WeakMap(); // for each place on a page: the map, what it shows, and its elements as they were at first

function showNotice(section, text) {
  section.dataset.state = "without";
  section.querySelector(".notice").textContent = text;
}

async function load(section, code, source) {
  const gl = document.createElement("canvas").getContext("webgl2");
  gl?.getExtension("WEBGL_lose_context")?.loseContext();
  if (!gl) showNotice(section, "The map needs WebGL 2, which this browser does not offer. Turn on hardware acceleration in its settings. The list below shows the same pictures.");
  try {
    const { start } = await import(new URL(code, document.baseURI));
    const map = await start(section, source, Boolean(gl));
    for (const part of section.querySelectorAll("[inert]")) part.inert = false;
    return map;
  } catch (error) {
    if (gl) showNotice(section, "The map could not be loaded. Reload the page.");
    console.warn("map:", error);
    return null;
  }
}

const close = (place) => place?.map.then((map) => map?.close());

// Opens the map of a collection. The map of another collection that was at this place before is closed first.
function open(root, source, code) {
  const before = opened.get(root), blank = before?.blank ?? root.querySelector(".map").cloneNode(true);
  const section = before ? blank.cloneNode(true) : root.querySelector(".map");
  if (before) root.querySelector(".map").replaceWith(section);
  opened.set(root, { source, blank, map: Promise.resolve(close(before)).then(() => load(section, code, source)) });
}

export default function ({ data, parentElement, setTriggerValue }) {
  const [source, state] = data;
  if (opened.get(parentElement)?.source !== source) open(parentElement, source, state.code);
  opened.get(parentElement).map.then((map) => map?.update(state, (change) => setTriggerValue("change", change)));
  return () => {
    close(opened.get(parentElement));
    opened.delete(parentElement);
  };
}
