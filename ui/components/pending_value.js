// Keeps what the visitor has set until the server confirms it or the timeout is over. The answer to an earlier change does not undo it.
const CONFIRM_TIMEOUT = 3000; // ms

function pendingValue() {
  let pending = null, until = 0, timer = 0;
  return {
    set(value) {
      clearTimeout(timer);
      pending = JSON.stringify(value);
      until = performance.now() + CONFIRM_TIMEOUT;
    },
    clear() {
      clearTimeout(timer);
      until = 0;
    },
    // Calls `show` with the server's `value`: now, or after the timeout if the visitor's value is not confirmed yet.
    receive(value, show) {
      clearTimeout(timer);
      if (JSON.stringify(value) === pending) until = 0;
      const wait = until - performance.now();
      if (wait > 0) timer = setTimeout(show, wait);
      else show();
    },
  };
}
