// Fetches the map's scripts and the library that draws it when the map is first shown.
const maps = new WeakMap();

function showNotice(root, text) {
  root.querySelector(".map").dataset.state = "without";
  root.querySelector(".notice").textContent = text;
}

async function load(root, code, source) {
  const gl = document.createElement("canvas").getContext("webgl2");
  gl?.getExtension("WEBGL_lose_context")?.loseContext();
  if (!gl) showNotice(root, "The map needs WebGL 2, which this browser does not offer. Turn on hardware acceleration in its settings. The list below shows the same pictures.");
  try {
    const { start } = await import(new URL(code, document.baseURI));
    return await start(root, source, Boolean(gl));
  } catch (error) {
    if (gl) showNotice(root, "The map could not be loaded. Reload the page.");
    console.warn("map:", error);
    return null;
  }
}

export default function ({ data, parentElement, setTriggerValue }) {
  const [source, state] = data;
  if (!maps.has(parentElement)) maps.set(parentElement, load(parentElement, state.code, source));
  maps.get(parentElement).then((map) => map?.update(state, (change) => setTriggerValue("change", change)));
  return () => {
    maps.get(parentElement)?.then((map) => map?.close());
    maps.delete(parentElement);
  };
}
