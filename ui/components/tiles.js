// A grid of pictures, which can be selected.
// Another page of results begins at its top, although its number is below the results.
function showTop(grid) {
  const number = new URLSearchParams(location.search).get("p") ?? "1";
  if (pages.has(grid) && pages.get(grid) !== number && grid.getBoundingClientRect().top < 0) grid.scrollIntoView({ block: "start" });
  pages.set(grid, number);
}

const pages = new WeakMap(), drawn = new WeakMap(), selections = new WeakMap();

export default function ({ data, parentElement, setTriggerValue }) {
  const grid = parentElement.querySelector(".grid");
  const [tiles, whole, help, plain] = data;
  if (!selections.has(grid)) selections.set(grid, pendingValue());
  const selection = selections.get(grid);
  const checkboxes = () => [...grid.querySelectorAll("input")];
  // Sends everything that is selected, so that two quick clicks are both kept.
  const onToggle = () => {
    const ids = checkboxes().filter((box) => box.checked).map((box) => box.value);
    selection.set(ids);
    setTriggerValue("select", ids);
  };
  const content = JSON.stringify([whole, tiles.map(({ selected, ...rest }) => [selected !== undefined, rest])]);
  if (drawn.get(grid) !== content) {
    drawn.set(grid, content);
    selection.clear();
    showTop(grid);
    const spoken = spokenNames(tiles);
    grid.replaceChildren(...tiles.map((each, place) => tile(each, { spoken: spoken[place], whole, plain, help, onToggle, onOpen: (id) => setTriggerValue("open", id) })));
  } else { // nothing is drawn again, so that the focus stays where it is
    const ids = tiles.filter(({ selected }) => selected).map(({ id }) => id);
    selection.receive(ids, () => checkboxes().forEach((box) => { box.checked = ids.includes(box.value); }));
  }
}
