// Names come from strangers: they are only ever set as text.
function element(tag, className, text) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text) made.textContent = text;
  return made;
}

function tile({ id, name, cosine, src }, whole, setTriggerValue) {
  const item = element("li", whole ? "tile whole" : "tile");
  const open = element("button", "open");
  open.type = "button";
  open.setAttribute("aria-label", `Open ${name}`);
  const image = element("img");
  Object.assign(image, { src, alt: name, loading: "lazy", decoding: "async" });
  open.append(image);
  open.onclick = () => setTriggerValue("open", id);
  const score = element("div", "score");
  const bar = element("span", "bar");
  bar.style.setProperty("--share", `${Math.round(100 * Math.min(Math.max(cosine, 0), 1))}%`);
  score.append(element("span", "", `cosine ${cosine.toFixed(2)}`), bar);
  const more = element("button", "more", "More like this");
  more.type = "button";
  more.setAttribute("aria-label", `More like ${name}`);
  more.onclick = () => setTriggerValue("more", id);
  const title = element("p", "name", name);
  title.title = name;
  item.append(open, title, score, more);
  return item;
}

export default function ({ data, parentElement, setTriggerValue }) {
  const grid = parentElement.querySelector(".grid");
  const [tiles, whole] = data;
  grid.replaceChildren(...tiles.map((each) => tile(each, whole, setTriggerValue)));
}
