// What the hand has set stays until the server says the same, or has had this long: the answer to an earlier press does not undo it.
const ANSWER = 3000; // ms

function byHand() {
  let last = null, until = 0, timer = 0;
  return {
    set(value) {
      clearTimeout(timer);
      last = JSON.stringify(value);
      until = performance.now() + ANSWER;
    },
    forget() {
      clearTimeout(timer);
      until = 0;
    },
    // Calls `show` now, or, where the server's `value` is behind the hand, once it had its time and said nothing newer.
    answer(value, show) {
      clearTimeout(timer);
      if (JSON.stringify(value) === last) until = 0;
      const wait = until - performance.now();
      if (wait > 0) timer = setTimeout(show, wait);
      else show();
    },
  };
}
