// Words and names come from strangers. They are only ever set as text.
function element(tag, className, text) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  if (text) node.textContent = text;
  return node;
}

function button(className, label, onClick) {
  const node = element("button", className);
  node.type = "button";
  node.setAttribute("aria-label", label);
  node.onclick = onClick;
  return node;
}

function similarity(cosine, help) {
  const node = element("p", "score", `similarity ${(Math.abs(cosine) < 0.005 ? 0 : cosine).toFixed(2)}`);
  node.title = help;
  return node;
}

function shown({ id, name, src }, setTriggerValue) {
  const openButton = button("open", `Open ${name}`, () => setTriggerValue("open", id));
  const image = element("img");
  Object.assign(image, { src, alt: name, loading: "lazy", decoding: "async" });
  openButton.append(image);
  const title = element("p", "name", name);
  title.title = name;
  return [openButton, title];
}

function step({ word, wordCosine, picture }, isEnd, help, setTriggerValue) {
  const item = element("li", isEnd ? "end" : "");
  const wordButton = button("word", `Words similar to ${word}`, () => setTriggerValue("word", word));
  wordButton.textContent = word;
  const wordScore = isEnd ? element("p", "score", "your word") : similarity(wordCosine, help);
  item.append(wordButton, wordScore);
  item.append(...(picture ? shown(picture, setTriggerValue) : [element("p", "none", "no good picture")]));
  return item;
}

export default function ({ data, parentElement, setTriggerValue }) {
  const [steps, help] = data;
  parentElement.querySelector(".path").replaceChildren(
    ...steps.map((each, index) => step(each, index === 0 || index === steps.length - 1, help, setTriggerValue)));
}
