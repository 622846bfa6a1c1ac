// One picture of a grid. Names come from strangers. They are only ever set as text.
const BUSY_TIMEOUT = 1500; // ms
const VERDICTS = { right: "✓", wrong: "✗" };

function element(tag, className, text) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  if (text) node.textContent = text;
  return node;
}

function checkbox(id, name, selected, onToggle) {
  const label = element("label", "select");
  const input = element("input");
  Object.assign(input, { type: "checkbox", value: id, checked: selected, onchange: onToggle });
  input.setAttribute("aria-label", `Select ${name}`);
  label.append(input);
  return label;
}

// Relative, because all pages are in the same folder wherever the app is served.
function similarUrl(id) {
  const values = new URLSearchParams({ item: id }), collection = new URLSearchParams(location.search).get("collection");
  if (collection) values.set("collection", collection);
  return `image_search?${values}`;
}

// Goes to a page in one step of the history, as Back and Forward do. Streamlit's own navigation would add a second step.
function navigate(url) {
  history.pushState({}, "", url);
  dispatchEvent(new PopStateEvent("popstate", { state: {} }));
  document.querySelector("[data-testid=stMain]")?.scrollTo(0, 0);
}

function openButton(name, spoken, src, focus, onClick) {
  const button = element("button", "open");
  button.type = "button";
  button.setAttribute("aria-label", `Open ${spoken}`);
  const image = element("img");
  Object.assign(image, { src, alt: name, loading: "lazy", decoding: "async" });
  if (focus) image.style.objectPosition = focus;
  button.append(image);
  button.onclick = onClick;
  return button;
}

// How well a picture matches, in words, and its similarity as a number unless `plain`. If pictures are sorted by date, also the date.
function scoreLine({ cosine, weak, possible, date }, plain, help) {
  const rounded = Math.abs(cosine) < 0.005 ? 0 : cosine; // never "-0.00"
  const score = element("div", "score"), number = `similarity ${rounded.toFixed(2)}`;
  const words = possible ? "may match" : weak ? "weak match" : "", short = possible ? "maybe" : weak ? "weak" : "";
  score.title = plain ? `${number[0].toUpperCase()}${number.slice(1)}. ${help}` : help;
  const bar = element("span", "bar");
  bar.style.setProperty("--share", `${Math.round(100 * Math.min(Math.max(cosine, 0), 1))}%`);
  score.append(element("span", "", (plain ? [date, date ? short : words] : [date, number, short]).filter(Boolean).join(" · ")), ...(plain ? [] : [bar]));
  return score;
}

function moreLink(id, name, onClick) {
  const link = element("a", "more", "More like this");
  link.href = similarUrl(id);
  link.setAttribute("aria-label", `More like ${name}`);
  link.onclick = (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return; // opens a new tab
    event.preventDefault();
    onClick();
    navigate(link.href);
  };
  return link;
}

// Names pictures for a screen reader, those of the same name with a number: "dog, 2 of 4".
function spokenNames(pictures) {
  const counts = new Map(), places = new Map();
  for (const { name } of pictures) counts.set(name, (counts.get(name) ?? 0) + 1);
  return pictures.map(({ name }) => {
    places.set(name, (places.get(name) ?? 0) + 1);
    return counts.get(name) > 1 ? `${name}, ${places.get(name)} of ${counts.get(name)}` : name;
  });
}

// `whole` shows all of a picture instead of filling the tile, `plain` leaves the numbers out, `help` explains the similarity, `spoken`
// is the name for a screen reader, `onOpen` gets the id of a picture that is clicked, `onToggle` is called when one is selected, and
// `onLeave` before the page changes.
function tile(picture, { whole, plain, help, spoken, onOpen, onToggle, onLeave }) {
  const { id, name, src, focus, selected, folded, weak, possible, verdict } = picture;
  const item = element("li", "tile");
  item.classList.toggle("whole", whole);
  item.classList.toggle("weak", Boolean(weak));
  item.classList.toggle("possible", Boolean(possible));
  const showBusy = () => { // at once, because the page takes a while to run
    item.setAttribute("aria-busy", "true");
    setTimeout(() => item.removeAttribute("aria-busy"), BUSY_TIMEOUT);
  };
  const open = openButton(name, spoken, src, focus, () => {
    showBusy();
    onOpen(id);
  });
  const title = element("p", "name", name);
  title.title = name;
  const leave = () => {
    showBusy();
    onLeave?.();
  };
  item.append(open);
  if (verdict) item.append(element("p", `verdict ${verdict}`, `${VERDICTS[verdict] ?? ""} ${verdict}`.trim()));
  item.append(title, scoreLine(picture, plain, help), moreLink(id, spoken, leave));
  if (folded) item.append(element("p", "folded", `+ ${folded} near-duplicate${folded > 1 ? "s" : ""}`));
  if (selected !== undefined) item.append(checkbox(id, spoken, selected, onToggle));
  return item;
}

