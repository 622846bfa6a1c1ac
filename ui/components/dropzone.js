// Photos go to the server a few at a time, the next few when those are in. File names are only ever set as text.
const LONGEST = 640, AT_A_TIME = 24, BYTES_AT_A_TIME = 4_000_000, DEEPEST = 8;
const ZIP = /\.zip$/i;

async function inside(entry, path, depth) {
  const name = path + entry.name;
  if (entry.isFile) return [[name, await new Promise((done, failed) => entry.file(done, failed))]];
  if (depth >= DEEPEST || entry.name.startsWith(".")) return [];
  const reader = entry.createReader(), found = [];
  for (;;) {
    const some = await new Promise((done, failed) => reader.readEntries(done, failed));
    if (!some.length) return found;
    for (const each of some) found.push(...(await inside(each, `${name}/`, depth + 1)));
  }
}

function build(root) {
  const zone = root.querySelector(".zone"), input = root.querySelector("input"), pick = root.querySelector(".pick");
  const bar = root.querySelector("progress"), told = root.querySelector(".told");
  const box = { zone, queue: [], total: 0, done: 0, sent: 0, taken: 0, room: 0, ready: true, working: false, limits: [0, 0], send: () => {} };
  const refused = [];

  const show = (name) => {
    bar.max = Math.max(1, box.total);
    bar.value = box.done;
    const loading = box.ready ? "" : " The network loads first: a few seconds.";
    told.textContent = box.working ? `${box.done} of ${box.total}${name ? `: ${name}` : ""}${loading}` : "";
    zone.classList.toggle("working", box.working);
    pick.disabled = box.working;
  };
  const next = async () => {
    const files = [];
    let bytes = 0;
    while (box.queue.length && files.length < AT_A_TIME && bytes < BYTES_AT_A_TIME) {
      const [name, file] = box.queue.shift();
      const zip = ZIP.test(name);
      try {
        const blob = zip ? file : await shrunk(file, LONGEST);
        const most = box.limits[zip ? 1 : 0];
        if (blob.size > most) refused.push([name, `has ${(blob.size / 1e6).toFixed(1)} MB; at most ${(most / 1e6).toFixed(0)} MB are allowed.`]);
        else {
          files.push([name, await base64(blob)]);
          bytes += blob.size;
        }
      } catch {
        refused.push([name, "cannot be opened."]);
      }
      box.done += 1;
      show(name);
    }
    box.sent += 1;
    box.send([box.sent, files, refused.splice(0)]);
  };
  const take = (files) => {
    if (box.working || !files.length) return;
    Object.assign(box, { queue: files, total: files.length, done: 0, working: true });
    show("");
    next();
  };
  box.update = () => {
    if (box.working && box.taken >= box.sent) {
      if (box.queue.length && box.room > 0) {
        next();
        return;
      }
      box.working = false;
      box.queue = [];
    }
    show("");
  };
  input.onchange = () => {
    take([...input.files].map((file) => [file.webkitRelativePath || file.name, file]));
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
    const found = entries.length ? (await Promise.all(entries.map((entry) => inside(entry, "", 0)))).flat()
      : [...event.dataTransfer.files].map((file) => [file.name, file]);
    take(found.filter(([name, file]) => ZIP.test(name) || entries.some((entry) => entry.isFile && entry.name === name)
      || file.type.startsWith("image/") || /\.(heic|heif|avif|tiff?)$/i.test(name)));
  };
  return box;
}

const boxes = new WeakMap();

export default function ({ data, parentElement, setTriggerValue }) {
  if (!boxes.has(parentElement)) {
    const box = build(parentElement);
    box.sent = data[0]; // what an earlier visit to this page sent
    boxes.set(parentElement, box);
  }
  const box = boxes.get(parentElement);
  [box.taken, box.room, box.ready, box.limits] = data;
  box.send = (batch) => setTriggerValue("batch", batch);
  box.update();
}
