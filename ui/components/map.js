// The map's scripts, and the library it is drawn with, are fetched when it is first shown.
const maps = new WeakMap();

function without(root, why) {
  root.querySelector(".map").dataset.state = "without";
  root.querySelector(".notice").textContent = why;
}

async function started(root, code, source) {
  const gl = document.createElement("canvas").getContext("webgl2");
  gl?.getExtension("WEBGL_lose_context")?.loseContext();
  if (!gl) without(root, "This browser has no WebGL 2, which the map is drawn with: turn hardware acceleration on in its settings. The list below has the pictures all the same.");
  try {
    const { start } = await import(new URL(code, document.baseURI));
    return await start(root, source, Boolean(gl));
  } catch (error) {
    if (gl) without(root, "The map could not be loaded: reload the page.");
    console.warn("map:", error);
    return null;
  }
}

export default function ({ data, parentElement, setTriggerValue }) {
  const [source, shown] = data;
  if (!maps.has(parentElement)) maps.set(parentElement, started(parentElement, shown.code, source));
  maps.get(parentElement).then((map) => map?.update(shown, (change) => setTriggerValue("change", change)));
  return () => {
    maps.get(parentElement)?.then((map) => map?.leave());
    maps.delete(parentElement);
  };
}
