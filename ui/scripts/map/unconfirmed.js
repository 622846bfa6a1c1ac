// What the visitor has changed on the map and the page has not confirmed yet. Every message has all of it, because a later message
// replaces one that is still waiting.
const CONFIRM_TIMEOUT = 3000; // ms

export function unconfirmed(onTimeout) {
  let changes = {}, timer = 0;
  return {
    add(change) {
      changes = { ...changes, ...change };
      clearTimeout(timer);
      timer = setTimeout(() => {
        const any = Object.keys(changes).length > 0;
        changes = {};
        if (any) onTimeout();
      }, CONFIRM_TIMEOUT);
      return changes;
    },
    // Returns the page's state with the unconfirmed changes. A picture is selected only when the page has its neighbours.
    applyTo(state) {
      changes = Object.fromEntries(Object.entries(changes).filter(([name, value]) => value !== (name === "item" ? state.id : state[name])));
      const { item, ...visible } = changes;
      return { ...state, ...visible };
    },
    close: () => clearTimeout(timer),
  };
}
