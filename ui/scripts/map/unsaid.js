// What the hand has changed on the map and the page does not say yet. All of it is sent each time: of two messages that wait the later
// takes the other's place.
const ANSWER = 3000; // ms the page has for it

export function unsaid(late) {
  let parts = {}, timer = 0;
  return {
    add(part) {
      parts = { ...parts, ...part };
      clearTimeout(timer);
      timer = setTimeout(() => {
        const some = Object.keys(parts).length > 0;
        parts = {};
        if (some) late();
      }, ANSWER);
      return parts;
    },
    // What the page says, with what it does not say yet; a picture is chosen only once the page has its neighbours.
    over(said) {
      parts = Object.fromEntries(Object.entries(parts).filter(([name, value]) => value !== (name === "item" ? said.id : said[name])));
      const { item, ...seen } = parts;
      return { ...said, ...seen };
    },
    leave: () => clearTimeout(timer),
  };
}
