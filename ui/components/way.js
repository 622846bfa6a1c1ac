// Words and names come from strangers: they are only ever set as text.
function element(tag, className, text) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text) made.textContent = text;
  return made;
}

function button(className, label, press) {
  const made = element("button", className);
  made.type = "button";
  made.setAttribute("aria-label", label);
  made.onclick = press;
  return made;
}

function step({ word, wordCosine, id, name, cosine, src }, end, setTriggerValue) {
  const item = element("li", end ? "end" : "");
  const go = button("word", `Words near ${word}`, () => setTriggerValue("word", word));
  go.textContent = word;
  const open = button("open", `Open ${name}`, () => setTriggerValue("open", id));
  const image = element("img");
  Object.assign(image, { src, alt: name, loading: "lazy", decoding: "async" });
  open.append(image);
  const title = element("p", "name", name);
  title.title = name;
  item.append(go, element("p", "score", end ? "as you gave it" : `cosine ${wordCosine.toFixed(2)}`), open, title,
    element("p", "score", `cosine ${cosine.toFixed(2)}`));
  return item;
}

export default function ({ data, parentElement, setTriggerValue }) {
  const [steps] = data;
  parentElement.querySelector(".way").replaceChildren(
    ...steps.map((each, at) => step(each, at === 0 || at === steps.length - 1, setTriggerValue)));
}
