// Queries and suggestions come from strangers. They are only ever set as text.
const KEY_PAUSE = 90; // ms without a key before suggestions are fetched
const BUSY_TIMEOUT = 5000; // ms, because the same query again draws nothing new

// Tells results that follow the box what happened: the text was "typed", "submitted", or "settled" on what the page has answered.
function announce(kind, text) {
  document.dispatchEvent(new CustomEvent("semblance:query", { detail: { kind, text } }));
}

function option(index, typed, added, onChoose) {
  const item = document.createElement("li");
  item.role = "option";
  item.id = `option-${index}`;
  for (const [name, text] of [["typed", typed], ["new", added]]) {
    const part = document.createElement("span");
    part.className = name;
    part.textContent = text;
    item.append(part);
  }
  item.onmousedown = (event) => event.preventDefault(); // the box keeps the focus
  item.onclick = () => onChoose(typed + added);
  return item;
}

function heading(text) {
  const item = document.createElement("li");
  item.role = "presentation";
  item.className = "heading";
  item.textContent = text;
  return item;
}

function build(root) {
  const form = root.querySelector("form"), input = form.querySelector("input"), list = form.querySelector("ul");
  const clear = form.querySelector(".clear");
  const box = { form, input, shown: null, history: [], source: null, labels: true, send: () => {} };
  const pending = pendingValue();
  let timer = 0, request = null, active = -1, cleared = false;

  const focused = () => root.getRootNode().activeElement === input;
  const options = () => [...list.querySelectorAll("[role=option]")];
  const close = () => {
    list.hidden = true;
    active = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  };
  const open = (...items) => {
    list.replaceChildren(...items);
    active = -1;
    list.hidden = items.length === 0;
    input.setAttribute("aria-expanded", String(!list.hidden));
  };
  const submit = (query) => {
    const text = query.trim().replace(/\s+/g, " "); // as in the address
    clearTimeout(timer);
    request?.abort();
    pending.set(text);
    input.value = box.shown = text;
    clear.hidden = !text;
    cleared = !text; // the focus stays in the box, and no list covers what is below it
    close();
    form.setAttribute("aria-busy", "true");
    setTimeout(() => form.removeAttribute("aria-busy"), BUSY_TIMEOUT);
    announce("submitted", text);
    box.send(text);
  };
  const move = (step) => {
    const all = options();
    if (list.hidden || !all.length) return;
    all[active]?.removeAttribute("aria-selected");
    active = (active + step + all.length + (active < 0 && step < 0 ? 1 : 0)) % all.length;
    all[active].setAttribute("aria-selected", "true");
    all[active].scrollIntoView({ block: "nearest" });
    input.setAttribute("aria-activedescendant", all[active].id);
  };
  // Suggestions for a text. For an empty one they are labels of the collection that the page's address names.
  const suggestions = async (text) => {
    request?.abort();
    request = new AbortController();
    const collection = new URLSearchParams(location.search).get("collection");
    const answer = await fetch(`${box.source}?${new URLSearchParams({ q: text, ...(collection && { c: collection }) })}`, { signal: request.signal });
    return answer.ok ? answer.json() : [];
  };
  const recent = async () => {
    const items = box.history.map((query, index) => option(index, "", query, submit));
    const recents = items.length ? [heading("Recent searches"), ...items] : [];
    open(...recents);
    if (!box.labels) return;
    try {
      const labels = (await suggestions("")).map(([, word], index) => option(items.length + index, "", word, submit));
      if (!input.value && focused() && active < 0) open(...recents, ...(labels.length ? [heading("In this collection"), ...labels] : []));
    } catch {
      // the recent searches are shown
    }
  };
  const suggest = async () => {
    const text = input.value;
    try {
      const found = await suggestions(text);
      if (input.value === text && focused())
        open(...found.map(([start, word], index) => option(index, text.slice(0, start), word, submit)));
    } catch {
      // the next key tries again
    }
  };
  input.oninput = () => {
    cleared = false;
    clear.hidden = !input.value;
    announce("typed", input.value);
    clearTimeout(timer);
    if (input.value.trim()) timer = setTimeout(suggest, KEY_PAUSE);
    else recent();
  };
  input.onfocus = () => { if (!input.value && !cleared) recent(); };
  input.onclick = () => { if (!input.value && list.hidden) recent(); };
  input.onblur = () => { cleared = false; close(); };
  input.onkeydown = (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      move(event.key === "ArrowDown" ? 1 : -1);
    } else if (event.key === "Escape") {
      close();
    } else if (event.key === "Enter" && !event.isComposing) {
      event.preventDefault();
      const chosen = options()[active];
      submit(chosen ? chosen.textContent : input.value);
    }
  };
  form.onsubmit = (event) => {
    event.preventDefault();
    submit(input.value);
  };
  clear.onclick = () => {
    submit("");
    input.focus();
  };
  box.update = (query) => pending.receive(query, () => {
    form.removeAttribute("aria-busy");
    if (focused() && !input.value && !cleared) recent(); // now with the latest query
    if (query === box.shown) return;
    input.value = box.shown = query;
    clear.hidden = !query;
    announce("settled", query);
  });
  form.inert = false;
  return box;
}

const boxes = new WeakMap();

export default function ({ data, parentElement, setTriggerValue }) {
  if (!boxes.has(parentElement)) boxes.set(parentElement, build(parentElement));
  const box = boxes.get(parentElement);
  const [query, placeholder, history, inRow, source, labels] = data;
  box.input.placeholder = placeholder;
  box.form.classList.toggle("in-row", inRow);
  Object.assign(box, { history, source, labels });
  box.send = (text) => setTriggerValue("search", text);
  box.update(query);
}
