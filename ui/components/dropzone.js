// Sends pictures to the server a few at a time. The next ones follow when the server has those. File names are only ever set as text.
const MAX_SIDE = 640, BATCH_FILES = 24, BATCH_BYTES = 4_000_000, MAX_DEPTH = 8, MAX_REFUSED = 50, MAX_NAME = 300; // MAX_SIDE in pixels
const ZIP = /\.zip$/i;

async function filesIn(entry, path, depth) {
  const name = path + entry.name;
  if (entry.isFile) return [[name, await new Promise((resolve, reject) => entry.file(resolve, reject))]];
  if (depth >= MAX_DEPTH || entry.name.startsWith(".")) return [];
  const reader = entry.createReader(), files = [];
  for (;;) {
    const entries = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (!entries.length) return files;
    for (const each of entries) files.push(...(await filesIn(each, `${name}/`, depth + 1)));
  }
}

function build(root) {
  const zone = root.querySelector(".zone"), input = root.querySelector("input"), pick = root.querySelector(".pick");
  const bar = root.querySelector("progress"), status = root.querySelector(".status");
  const box = { zone, queue: [], total: 0, done: 0, sent: 0, received: 0, room: 0, ready: true, working: false, limits: [0, 0], send: () => {} };
  const refused = [];
  let uncounted = 0; // how many more were refused than are named
  const refuse = (name, reason) => {
    if (refused.length < MAX_REFUSED) refused.push([name.slice(0, MAX_NAME), reason]);
    else uncounted += 1;
  };

  const show = (name) => {
    bar.max = Math.max(1, box.total);
    bar.value = box.done;
    const loading = box.ready ? "" : ". The model is loading, which takes a few seconds.";
    status.textContent = box.working ? `Reading ${box.done} of ${box.total}${name ? `: ${name}` : ""}${loading}` : "";
    zone.classList.toggle("working", box.working);
    pick.disabled = box.working;
  };
  const sendNext = async () => {
    const files = [];
    let bytes = 0;
    while (box.queue.length && files.length < BATCH_FILES && bytes < BATCH_BYTES) {
      const [name, file] = box.queue.shift();
      const zip = ZIP.test(name);
      try {
        const blob = zip ? file : await shrunk(file, MAX_SIDE);
        const maxBytes = box.limits[zip ? 1 : 0];
        if (blob.size > maxBytes) refuse(name, `is larger than ${maxBytes / 1e6} MB.`);
        else {
          files.push([name.slice(0, MAX_NAME), await dropped(box.drop, blob)]);
          bytes += blob.size;
        }
      } catch (error) {
        refuse(name, error.name === "Error" ? `was not sent. ${error.message}` : "cannot be opened.");
      }
      box.done += 1;
      show(name);
    }
    box.sent += 1;
    box.send([box.sent, files, refused.splice(0), uncounted]);
    uncounted = 0;
  };
  const start = (files) => {
    if (box.working || !files.length) return;
    Object.assign(box, { queue: files, total: files.length, done: 0, working: true });
    show("");
    sendNext();
  };
  box.update = () => {
    if (box.working && box.received >= box.sent) {
      if (box.queue.length && box.room > 0) {
        sendNext();
        return;
      }
      box.working = false;
      box.queue = [];
    }
    show("");
  };
  input.onchange = () => {
    start([...input.files].map((file) => [file.webkitRelativePath || file.name, file]));
    input.value = "";
  };
  pick.onclick = () => input.click();
  zone.ondragover = (event) => {
    event.preventDefault();
    zone.classList.add("over");
  };
  zone.ondragleave = () => zone.classList.remove("over");
  zone.ondrop = async (event) => {
    event.preventDefault();
    zone.classList.remove("over");
    const entries = [...event.dataTransfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
    const files = entries.length ? (await Promise.all(entries.map((entry) => filesIn(entry, "", 0)))).flat()
      : [...event.dataTransfer.files].map((file) => [file.name, file]);
    start(files.filter(([name, file]) => ZIP.test(name) || entries.some((entry) => entry.isFile && entry.name === name)
      || file.type.startsWith("image/") || /\.(heic|heif|avif|tiff?)$/i.test(name)));
  };
  return box;
}

const boxes = new WeakMap();

export default function ({ data, parentElement, setTriggerValue }) {
  if (!boxes.has(parentElement)) {
    const box = build(parentElement);
    box.sent = data[0]; // the server remembers the batches from when this page was open before
    boxes.set(parentElement, box);
  }
  const box = boxes.get(parentElement);
  [box.received, box.room, box.ready, box.limits] = data;
  box.drop = data[5];
  box.zone.classList.toggle("compact", data[4]);
  box.zone.querySelector(".pick").textContent = data[4] ? "Add pictures" : "Choose pictures";
  box.zone.querySelector(".lead").textContent = data[4] ? "Drop more pictures here" : "Drop pictures, a folder or a zip file here";
  box.send = (batch) => setTriggerValue("batch", batch);
  box.update();
  box.zone.inert = false;
}
