// Names come from strangers: they are only ever set as text.
function element(tag, className, text) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text) made.textContent = text;
  return made;
}

function box(id, name, chosen, toggled) {
  const label = element("label", "choose");
  const input = element("input");
  Object.assign(input, { type: "checkbox", value: id, checked: chosen, onchange: toggled });
  input.setAttribute("aria-label", `Choose ${name}`);
  label.append(input);
  return label;
}

// Relative, as the pages lie beside each other wherever the app is served.
function alike(id) {
  const values = new URLSearchParams({ item: id }), collection = new URLSearchParams(location.search).get("collection");
  if (collection) values.set("collection", collection);
  return `image_search?${values}`;
}

// As Back and Forward go: one step of the history. Streamlit's own way from page to page would write a step of its own before it.
function go(address) {
  history.pushState({}, "", address);
  dispatchEvent(new PopStateEvent("popstate", { state: {} }));
  document.querySelector("[data-testid=stMain]")?.scrollTo(0, 0);
}

function tile({ id, name, cosine, src, chosen, folded, weak }, whole, setTriggerValue, toggled) {
  const item = element("li", "tile");
  item.classList.toggle("whole", whole);
  item.classList.toggle("weak", Boolean(weak));
  const open = element("button", "open");
  open.type = "button";
  open.setAttribute("aria-label", `Open ${name}`);
  const image = element("img");
  Object.assign(image, { src, alt: name, loading: "lazy", decoding: "async" });
  open.append(image);
  const busy = () => { // an answer at once; what was asked for takes a run of the page
    item.setAttribute("aria-busy", "true");
    setTimeout(() => item.removeAttribute("aria-busy"), 1500);
  };
  open.onclick = () => {
    busy();
    setTriggerValue("open", id);
  };
  const score = element("div", "score");
  const bar = element("span", "bar");
  bar.style.setProperty("--share", `${Math.round(100 * Math.min(Math.max(cosine, 0), 1))}%`);
  score.append(element("span", "", `cosine ${cosine.toFixed(2)}${weak ? " · weak" : ""}`), bar);
  const more = element("a", "more", "More like this");
  more.href = alike(id);
  more.setAttribute("aria-label", `More like ${name}`);
  more.onclick = (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return; // a tab of its own
    event.preventDefault();
    busy();
    go(more.href);
  };
  const title = element("p", "name", name);
  title.title = name;
  item.append(open, title, score, more);
  if (folded) item.append(element("p", "folded", `${folded} more alike`));
  if (chosen !== undefined) item.append(box(id, name, chosen, toggled));
  return item;
}

const drawn = new WeakMap(), hands = new WeakMap();

export default function ({ data, parentElement, setTriggerValue }) {
  const grid = parentElement.querySelector(".grid");
  const [tiles, whole] = data;
  if (!hands.has(grid)) hands.set(grid, byHand());
  const boxes = () => [...grid.querySelectorAll("input")];
  // All that is picked out of this grid: of two quick presses neither is lost.
  const toggled = () => {
    const picked = boxes().filter((box) => box.checked).map((box) => box.value);
    hands.get(grid).set(picked);
    setTriggerValue("choose", picked);
  };
  const content = JSON.stringify([whole, tiles.map(({ chosen, ...rest }) => [chosen !== undefined, rest])]);
  if (drawn.get(grid) !== content) {
    drawn.set(grid, content);
    hands.get(grid).forget();
    grid.replaceChildren(...tiles.map((each) => tile(each, whole, setTriggerValue, toggled)));
  } else { // the focus stays where it is
    const picked = tiles.filter(({ chosen }) => chosen).map(({ id }) => id);
    hands.get(grid).answer(picked, () => boxes().forEach((box) => { box.checked = picked.includes(box.value); }));
  }
}
