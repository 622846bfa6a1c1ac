// Results that follow the search box. Names and queries come from strangers. They are only ever set as text.
const KEY_PAUSE = 40; // ms without a key before the server is asked while it still answers an earlier key
const FIRST_IMAGES = 12; // fetched at once, the others when they come into view
const ANNOUNCE_PAUSE = 700; // ms without a change before a screen reader is told

function build(root) {
  const $ = (selector) => root.querySelector(selector);
  const list = $("[aria-label=Results]"), captioned = $(".captioned");
  const pending = pendingValue(), map = mapPreview($(".preview"), (id) => results.open(id));
  const results = { send: () => {}, settings: {}, confirmed: null };
  let typed = null; // the text in the box while it differs from the page's query
  let visible = null, timer = 0, announcing = 0, request = null, nodes = new Map();

  results.open = (id) => results.send("open", typed === null ? id : `${id}\n${visible.query}`);
  // A link to another page: the entry of the history then has what was typed, so that Back returns to it.
  const keepTyped = () => {
    if (typed !== null) history.replaceState(history.state, "", withQuery("", visible.query));
  };
  const drawn = (each, spoken) => {
    const { whole, help } = results.settings;
    return tile(each, { whole, plain: true, help, spoken, onOpen: (id) => results.open(id), onLeave: keepTyped });
  };
  const drawTiles = (tiles) => {
    const drawnTiles = new Map(), spoken = spokenNames(tiles);
    for (const [place, each] of tiles.entries()) {
      const key = JSON.stringify([each, spoken[place], results.settings.whole]);
      drawnTiles.set(key, nodes.get(key) ?? drawn(each, spoken[place]));
    }
    nodes = drawnTiles; // a picture that stays is not drawn again, so that it does not flicker and keeps the focus
    const next = [...drawnTiles.values()];
    if (next.length !== list.children.length || next.some((node, place) => node !== list.children[place])) list.replaceChildren(...next);
    [...list.querySelectorAll("img")].slice(0, FIRST_IMAGES).forEach((image) => { image.loading = "eager"; });
  };
  const showCaptioned = ({ tiles, captioned: pictures, captioned_first: isFirst }) => {
    captioned.hidden = !pictures.length;
    captioned.classList.toggle("first", isFirst);
    if (isFirst) $(".closest").before(captioned);
    else list.after(captioned);
    $(".closest").hidden = !(isFirst && pictures.length && tiles.length);
    const spoken = spokenNames(pictures);
    captioned.querySelector(".grid").replaceChildren(...pictures.map((each, place) => drawn(each, spoken[place])));
  };
  const show = (answer) => {
    visible = answer;
    const sentence = [answer.status, ...answer.notes].join(". ").replace(/([.?!])\./g, "$1");
    $(".status").textContent = sentence;
    $(".tries").replaceChildren(...answer.tries.map(([label, query]) => {
      const button = element("button", "", label);
      button.type = "button";
      button.onclick = () => results.send("search", query);
      return button;
    }));
    $(".all").href = withQuery("text_search", answer.query);
    $(".all").hidden = !answer.query || !answer.tiles.length;
    $(".explore").href = withQuery("explorer", answer.query);
    if (!answer.incomplete || typed === null) { // while a word is incomplete, the pictures before it stay
      drawTiles(answer.tiles);
      showCaptioned(answer);
      map.mark(answer);
      $(".star-note").hidden = !(answer.place && answer.query);
    }
    clearTimeout(announcing);
    announcing = setTimeout(() => { $(".announcement").textContent = sentence; }, ANNOUNCE_PAUSE);
    root.querySelector(".results").dataset.query = answer.query;
    root.querySelector(".results").classList.toggle("earlier", Boolean(answer.incomplete) && typed !== null);
  };
  const ask = async (text, done) => {
    request?.abort();
    request = new AbortController();
    try {
      const answer = await fetch(`${results.settings.source}&${new URLSearchParams({ q: text, ...(done && { done: 1 }) })}`, { signal: request.signal });
      if (answer.ok && typed === text) show(await answer.json());
      request = null;
    } catch {
      // a newer key has replaced the request, or the next one tries again
    }
  };
  const onQuery = ({ detail: { kind, text } }) => {
    clearTimeout(timer);
    if (kind === "settled") {
      request?.abort();
      typed = null;
      if (results.confirmed) show(results.confirmed);
      return;
    }
    const query = text.trim().replace(/\s+/g, " ");
    if (kind === "submitted") pending.set(query);
    if (!results.settings.source) return;
    typed = query;
    if (!query) {
      if (results.confirmed) show(results.confirmed);
    } else if (kind === "submitted") {
      if (visible?.query !== query) ask(query, true);
    } else {
      timer = setTimeout(ask, request ? KEY_PAUSE : 0, query);
    }
  };
  document.addEventListener("semblance:query", onQuery);

  results.update = (answer, settings, send) => {
    Object.assign(results, { confirmed: answer, settings, send });
    map.open(settings.map);
    pending.receive(answer.query, () => {
      if (typed === answer.query) typed = null; // the page has caught up
      if (typed === null || !visible) show(answer);
    });
  };
  results.close = () => {
    clearTimeout(timer);
    clearTimeout(announcing);
    request?.abort();
    map.close();
    document.removeEventListener("semblance:query", onQuery);
  };
  for (const link of [$(".all"), $(".explore")])
    link.onclick = (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      keepTyped();
      navigate(link.href);
    };
  return results;
}

// A page with a query, in the collection that is chosen.
function withQuery(page, query) {
  const values = new URLSearchParams(query ? { q: query } : {}), collection = new URLSearchParams(location.search).get("collection");
  if (collection) values.set("collection", collection);
  return `${page || location.pathname}${values.size ? `?${values}` : ""}`;
}

const built = new WeakMap();

export default function ({ data, parentElement, setTriggerValue }) {
  if (!built.has(parentElement)) built.set(parentElement, build(parentElement));
  const [answer, settings] = data;
  built.get(parentElement).update(answer, settings, setTriggerValue);
  return () => {
    built.get(parentElement)?.close();
    built.delete(parentElement);
  };
}
