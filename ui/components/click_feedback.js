// Dims every button and link for a moment when it is clicked, because the server's answer takes a while.
const DURATION = 700; // ms
const reducedMotion = matchMedia("(prefers-reduced-motion: reduce)");

function showClick(event) {
  const target = event.composedPath().find((element) => element.matches?.("button, a[href]"));
  target?.animate([{ opacity: 0.4 }, { opacity: 1 }], { duration: DURATION, easing: reducedMotion.matches ? "step-end" : "ease-in" });
}

export default function () {
  document.addEventListener("click", showClick, true); // added only once, however often this runs
  return () => document.removeEventListener("click", showClick, true);
}
