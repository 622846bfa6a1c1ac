// The choices above the map, its tools, and the list that says the same to who does not see it.
const LISTED = 60;

export function choices(root, points, shown, changed) {
  const select = Object.fromEntries([...root.querySelectorAll("select")].map((each) => [each.name, each]));
  const ways = Object.keys(shown.ways).filter((way) => points.places[`${way}2`]);
  const option = (value, text) => Object.assign(document.createElement("option"), { value, textContent: text });
  const kept = (way, dims) => points.kept[`${way}${dims}`];
  select.colour.replaceChildren(...Object.entries(shown.colours).map(([value, text]) => option(value, text)));
  const name = () => `${select.way.value}${select.dims.value}`;
  select.way.onchange = select.dims.onchange = () => changed({ name: name() });
  select.colour.onchange = () => changed({ colour: select.colour.value });
  select.show.onchange = () => changed({ show: select.show.value });
  return (now) => {
    const dims = now.name.at(-1);
    select.way.replaceChildren(...ways.map((way) =>
      option(way, kept(way, dims) ? `${shown.ways[way]} · neighbours kept ${kept(way, dims).toFixed(2)}` : shown.ways[way])));
    [select.way.value, select.dims.value, select.colour.value, select.show.value] = [now.name.slice(0, -1), dims, now.colour, now.show];
  };
}

export function tools(root, press) {
  const map = root.querySelector(".map"), buttons = [...root.querySelectorAll(".tools button")];
  for (const button of buttons) {
    button.setAttribute("aria-label", button.title);
    button.onclick = () => press(button.name);
  }
  return (tool) => {
    map.dataset.tool = tool;
    for (const button of buttons) if (button.hasAttribute("aria-pressed")) button.setAttribute("aria-pressed", String(button.name === tool));
  };
}

export function listed(list, points, rows, open) {
  list.querySelector("summary").textContent = rows.length > LISTED
    ? `${LISTED} of the ${rows.length.toLocaleString("en")} pictures in view, as a list` : `${rows.length} pictures in view, as a list`;
  if (!list.open) return;
  list.querySelector("ol").replaceChildren(...rows.slice(0, LISTED).map((row) => {
    const item = document.createElement("li"), button = document.createElement("button");
    button.type = "button";
    button.textContent = points.names[row];
    button.onclick = () => open(row);
    item.append(button);
    return item;
  }));
}
