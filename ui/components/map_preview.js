// A small map: thumbnails at their places, the results enlarged, and a star that flies to the place of the query.
const SPACING = 38; // pixels between the centres of two thumbnails, at least
const MARGIN = 34; // pixels between a place and the edge of the map

function mapPreview(section, onOpen) {
  const stage = section.querySelector(".stage"), sheet = section.querySelector(".sheet");
  let url = null, points = null, answer = null, star = null;

  const at = ([x, y]) => [MARGIN + x * (stage.clientWidth - 2 * MARGIN), MARGIN + (1 - y) * (stage.clientHeight - 2 * MARGIN)];
  const move = (node, place) => {
    const [x, y] = at(place);
    node.style.transform = `translate(${x.toFixed(1)}px, ${y.toFixed(1)}px)`;
  };
  // The place of the star, moved as far as its name needs to be readable at the edge.
  const inside = ([x, y]) => {
    const half = star.offsetWidth / 2 + 4 - MARGIN, share = Math.max(half / (stage.clientWidth - 2 * MARGIN), 0);
    return [Math.min(Math.max(x, share), 1 - share), y];
  };
  const isFree = (taken, x, y) => taken.every(([otherX, otherY]) => Math.max(Math.abs(x - otherX), Math.abs(y - otherY)) >= SPACING);
  const clickable = (node, id, name) => {
    node.title = name;
    node.onclick = () => onOpen(id);
    return node;
  };
  const thumbnail = (index) => {
    const { ids, names, columns } = points, node = clickable(document.createElement("i"), ids[index], names[index]);
    const rows = Math.ceil(ids.length / columns), share = (place, count) => (count > 1 ? `${(100 * place) / (count - 1)}%` : "0%");
    node.style.setProperty("--columns", columns);
    node.style.backgroundImage = `url(${points.sheet})`;
    node.style.backgroundPosition = `${share(index % columns, columns)} ${share(Math.floor(index / columns), rows)}`;
    return node;
  };
  const drawPoints = () => {
    const taken = [];
    for (const node of sheet.querySelectorAll("i")) node.remove();
    for (const [index, place] of points.places.entries()) {
      const [x, y] = at(place);
      if (!isFree(taken, x, y)) continue;
      taken.push([x, y]);
      const node = thumbnail(index);
      move(node, place);
      sheet.prepend(node);
    }
    section.dataset.points = taken.length;
  };
  const drawResults = () => {
    for (const node of sheet.querySelectorAll("img")) node.remove();
    const { tiles, place, query } = answer;
    const results = tiles.filter((each) => each.place && !each.weak);
    sheet.append(...results.reverse().map((each) => { // the best is drawn last, above the others
      const node = clickable(document.createElement("img"), each.id, each.name);
      Object.assign(node, { src: each.src, alt: "" });
      move(node, each.place);
      return node;
    }));
    section.classList.toggle("marked", results.length > 0);
    if (!star) sheet.append(star = element("span", "star"));
    star.hidden = !place || !query;
    star.textContent = `★ ${query}`;
    if (place) move(star, inside(place));
  };
  const draw = () => {
    if (!points || !stage.clientWidth) return;
    drawPoints();
    if (answer) drawResults();
  };
  const load = async () => {
    try {
      const response = await fetch(url);
      if (!response.ok) throw new Error(response.status);
      points = await response.json();
      draw();
    } catch (error) {
      section.hidden = true; // the results above it need no map
      console.warn("map preview:", error);
    }
  };
  const resized = new ResizeObserver(draw);
  resized.observe(stage);
  // Fetched once the visitor comes near, so that the first pictures do not wait for it.
  const near = new IntersectionObserver((entries) => {
    if (!entries.some(({ isIntersecting }) => isIntersecting)) return;
    near.disconnect();
    load();
  }, { rootMargin: "50%" });
  return {
    open(source) {
      section.hidden = !source;
      if (source === url) return;
      [url, points] = [source, null];
      if (source) near.observe(stage);
    },
    mark(shown) {
      answer = shown;
      if (points) drawResults();
    },
    close() {
      resized.disconnect();
      near.disconnect();
    },
  };
}
