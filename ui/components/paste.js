// Pastes a picture with Ctrl+V anywhere on the page, or with the button.
const MAX_SIDE = 1600; // pixels
const HINT = "Copy a picture and paste it on this page with Ctrl+V, or ⌘V on a Mac.";

function build(root) {
  const row = root.querySelector("p"), button = root.querySelector("button"), status = root.querySelector("span");
  const paste = { maxBytes: 0, send: () => {} };
  const take = async (file) => {
    status.textContent = "Reading…";
    const blob = await shrunk(file, MAX_SIDE);
    if (blob.size > paste.maxBytes) status.textContent = "The picture is too large. Copy a smaller one.";
    else {
      try {
        paste.send(await dropped(paste.drop, blob));
      } catch (error) {
        status.textContent = `The picture was not sent. ${error.message}`;
      }
    }
  };
  const onPaste = (event) => {
    if (!row.isConnected) {
      document.removeEventListener("paste", onPaste);
      return;
    }
    const file = [...(event.clipboardData?.files ?? [])].find((each) => each.type.startsWith("image/"));
    if (!file) return;
    event.preventDefault();
    take(file);
  };
  document.addEventListener("paste", onPaste);
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
      status.textContent = "There is no picture on the clipboard. Copy one first.";
    } catch {
      status.textContent = "The browser does not allow access to the clipboard. Use Ctrl+V instead, or ⌘V on a Mac.";
    }
  };
  paste.update = (visible) => {
    row.hidden = !visible;
    status.textContent = HINT;
  };
  return paste;
}

const pastes = new WeakMap();

export default function ({ data, parentElement, setTriggerValue }) {
  if (!pastes.has(parentElement)) pastes.set(parentElement, build(parentElement));
  const paste = pastes.get(parentElement);
  [, paste.maxBytes, paste.drop] = data;
  paste.send = (text) => setTriggerValue("picture", text);
  paste.update(data[0]);
}
