// Every button and link answers its press at once, where what it asks for takes a run of the page.
const HELD = 700; // ms
const still = matchMedia("(prefers-reduced-motion: reduce)");

function answer(event) {
  const pressed = event.composedPath().find((each) => each.matches?.("button, a[href]"));
  pressed?.animate([{ opacity: 0.4 }, { opacity: 1 }], { duration: HELD, easing: still.matches ? "step-end" : "ease-in" });
}

export default function () {
  document.addEventListener("click", answer, true); // once, however often it is asked for
  return () => document.removeEventListener("click", answer, true);
}
