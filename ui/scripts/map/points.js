// The data of a collection's map, unpacked. The map is a square or a cube from 0 to 1000.
export const SIZE = 1000;

export function bytes(text) {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}

export async function read(source) {
  const message = source.startsWith("{") ? JSON.parse(source) : await fetchJson(source);
  const count = message.ids.length;
  const places = {};
  for (const [name, packed] of Object.entries(message.places)) {
    const numbers = new Uint16Array(bytes(packed).buffer), dims = Number(name.at(-1));
    places[name] = Float32Array.from({ length: 3 * count }, (_, at) =>
      at % 3 < dims ? (numbers[Math.floor(at / 3) * dims + (at % 3)] / 65535) * SIZE : SIZE / 2);
  }
  for (const colour of Object.values(message.colours)) colour.of = bytes(colour.of);
  return { ...message, drawn: count, places };
}

async function fetchJson(source) {
  const answer = await fetch(new URL(source, document.baseURI));
  if (!answer.ok) throw new Error(await answer.text());
  return answer.json();
}

// Returns the three coordinates of a text or a pin on a map.
export function spot(places, name) {
  const [x, y, z = 0.5] = places[name];
  return [x * SIZE, y * SIZE, z * SIZE];
}
