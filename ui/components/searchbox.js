// Queries and suggestions are only ever set as text.
const PAUSE = 90; // ms without a key before asking for suggestions

function option(index, kept, added, choose) {
  const item = document.createElement("li");
  item.role = "option";
  item.id = `option-${index}`;
  for (const [name, text] of [["kept", kept], ["new", added]]) {
    const part = document.createElement("span");
    part.className = name;
    part.textContent = text;
    item.append(part);
  }
  item.onmousedown = (event) => event.preventDefault(); // the box keeps the focus
  item.onclick = () => choose(kept + added);
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
  const box = { form, input, shown: null, history: [], send: () => {} };
  const hand = byHand();
  let timer = 0, asked = null, active = -1;

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
  const submit = (written) => {
    const text = written.trim().replace(/\s+/g, " "); // as the address will have it
    clearTimeout(timer);
    asked?.abort();
    hand.set(text);
    input.value = box.shown = text;
    clear.hidden = !text;
    close();
    form.setAttribute("aria-busy", "true");
    setTimeout(() => form.removeAttribute("aria-busy"), 5000); // the same query again draws nothing new
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
  const recent = () => {
    const items = box.history.map((query, index) => option(index, "", query, submit));
    open(...(items.length ? [heading("This visit"), ...items] : []));
  };
  const suggest = async () => {
    asked?.abort();
    asked = new AbortController();
    const text = input.value;
    try {
      const answer = await fetch(`suggest?${new URLSearchParams({ q: text })}`, { signal: asked.signal });
      const found = answer.ok ? await answer.json() : [];
      if (input.value === text && focused())
        open(...found.map(([start, word], index) => option(index, text.slice(0, start), word, submit)));
    } catch {
      // asked again at the next key
    }
  };
  input.oninput = () => {
    clear.hidden = !input.value;
    clearTimeout(timer);
    if (input.value.trim()) timer = setTimeout(suggest, PAUSE);
    else recent();
  };
  input.onfocus = () => { if (!input.value) recent(); };
  input.onblur = close;
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
  box.update = (query) => hand.answer(query, () => {
    form.removeAttribute("aria-busy");
    if (focused() && !input.value) recent(); // what was just searched for is among them now
    if (query === box.shown) return;
    input.value = box.shown = query;
    clear.hidden = !query;
  });
  return box;
}

const boxes = new WeakMap();

export default function ({ data, parentElement, setTriggerValue }) {
  if (!boxes.has(parentElement)) boxes.set(parentElement, build(parentElement));
  const box = boxes.get(parentElement);
  const [query, placeholder, history] = data;
  box.input.placeholder = placeholder;
  box.history = history;
  box.send = (text) => setTriggerValue("search", text);
  box.update(query);
}
