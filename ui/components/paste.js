// Ctrl+V anywhere on the page, or the button.
const LONGEST = 1600;
const HINT = "Copy a picture anywhere, then press Ctrl+V on this page.";

function build(root) {
  const row = root.querySelector("p"), button = root.querySelector("button"), told = root.querySelector("span");
  const paste = { most: 0, send: () => {} };
  const take = async (file) => {
    told.textContent = "Reading…";
    const blob = await shrunk(file, LONGEST);
    if (blob.size > paste.most) told.textContent = "The picture is too large: copy a smaller one.";
    else paste.send(await base64(blob));
  };
  const pasted = (event) => {
    if (!row.isConnected) {
      document.removeEventListener("paste", pasted);
      return;
    }
    const file = [...(event.clipboardData?.files ?? [])].find((each) => each.type.startsWith("image/"));
    if (!file) return;
    event.preventDefault();
    take(file);
  };
  document.addEventListener("paste", pasted);
  button.hidden = !navigator.clipboard?.read;
  button.onclick = async () => {
    try {
      for (const item of await navigator.clipboard.read()) {
        const type = item.types.find((each) => each.startsWith("image/"));
        if (type) {
          await take(await item.getType(type));
          return;
        }
      }
      told.textContent = "There is no picture in the clipboard: copy one first.";
    } catch {
      told.textContent = "The browser keeps the clipboard to itself: press Ctrl+V instead.";
    }
  };
  paste.update = (visible) => {
    row.hidden = !visible;
    told.textContent = HINT;
  };
  return paste;
}

const pastes = new WeakMap();

export default function ({ data, parentElement, setTriggerValue }) {
  if (!pastes.has(parentElement)) pastes.set(parentElement, build(parentElement));
  const paste = pastes.get(parentElement);
  paste.most = data[1];
  paste.send = (text) => setTriggerValue("picture", text);
  paste.update(data[0]);
}
