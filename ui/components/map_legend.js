// Attaches the legend to the map, which draws it.
const attached = new WeakMap();

export default function ({ data, parentElement }) {
  if (!attached.has(parentElement)) {
    const box = parentElement.querySelector(".legend");
    attached.set(parentElement, import(new URL(data[0], document.baseURI)).then(({ attach }) => attach(box), () => () => {}));
  }
  return () => {
    attached.get(parentElement)?.then((detach) => detach());
    attached.delete(parentElement);
  };
}
