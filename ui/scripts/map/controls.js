// The controls above the map, its tools, and the list below it for visitors who cannot see the map.
const MAX_LISTED = 60;

export function choices(map, points, state, onChange) {
  const select = Object.fromEntries([...map.querySelectorAll("select")].map((each) => [each.name, each]));
  const methods = Object.keys(state.methods).filter((method) => points.places[`${method}2`]);
  const option = (value, text) => Object.assign(document.createElement("option"), { value, textContent: text });
  select.colour.replaceChildren(...Object.entries(state.colours).map(([value, text]) => option(value, text)));
  const name = () => `${select.method.value}${select.dims.value}`;
  select.method.onchange = select.dims.onchange = () => onChange({ name: name() });
  select.colour.onchange = () => onChange({ colour: select.colour.value });
  select.show.onchange = () => onChange({ show: select.show.value });
  return (current) => {
    const dims = current.name.at(-1);
    select.method.replaceChildren(...methods.map((method) => option(method, state.methods[method])));
    [select.method.value, select.dims.value, select.colour.value, select.show.value] = [current.name.slice(0, -1), dims, current.colour, current.show];
  };
}

export function hint(deep) {
  const move = deep ? "turn" : "move";
  return matchMedia("(pointer: coarse)").matches ? `Pinch to zoom, drag to ${move}` : `Scroll to zoom, drag to ${move}, click a picture`;
}

export function tools(map, onTool) {
  const buttons = [...map.querySelectorAll(".tools button")];
  for (const button of buttons) {
    button.setAttribute("aria-label", button.title);
    button.onclick = () => onTool(button.name);
  }
  return (tool) => {
    map.dataset.tool = tool;
    for (const button of buttons) if (button.hasAttribute("aria-pressed")) button.setAttribute("aria-pressed", String(button.name === tool));
  };
}

export function fillList(list, points, rows, open) {
  const noun = rows.length === 1 ? "picture" : "pictures";
  list.querySelector("summary").textContent = rows.length > MAX_LISTED
    ? `List of ${MAX_LISTED} of the ${rows.length.toLocaleString("en")} pictures in view` : `List of the ${rows.length} ${noun} in view`;
  if (!list.open) return;
  list.querySelector("ol").replaceChildren(...rows.slice(0, MAX_LISTED).map((row) => {
    const item = document.createElement("li"), button = document.createElement("button");
    button.type = "button";
    button.textContent = points.names[row];
    button.onclick = () => open(row);
    item.append(button);
    return item;
  }));
}
