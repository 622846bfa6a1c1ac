// Helps keyboards and screen readers: the focus goes into a popover and comes back from a dialog, and results are announced.
const DELAY = 400; // ms without changes, after which the page is complete
const POPOVER_WAIT = 2000; // ms
const KEPT = 5000; // ms that a sentence is in the document
let opener = null; // what was clicked last outside dialogs
let wasOpen = false; // whether there has been a dialog since the focus was last looked at
let timer = 0, clearing = 0;
let shownPage = "";
const announced = new Map(); // class of a container -> its text

const dialogOf = () => document.querySelector("[role=dialog][aria-modal=true], [data-testid=stDialog] [role=dialog], section[role=dialog]");
const focusIsLost = () => !document.activeElement || document.activeElement === document.body;

// The status is in the document itself, because a closed sidebar hides what is in it.
function statusElement() {
  const known = document.getElementById("semblance-status");
  if (known) return known;
  const node = document.createElement("div");
  node.id = "semblance-status";
  node.setAttribute("role", "status");
  Object.assign(node.style, { position: "fixed", width: "1px", height: "1px", overflow: "hidden", clipPath: "inset(50%)", whiteSpace: "nowrap" });
  document.body.append(node);
  return node;
}

function textOf(node) {
  const copy = node.cloneNode(true);
  for (const hidden of copy.querySelectorAll("[aria-hidden=true], [data-testid=stTooltipIcon]")) hidden.remove();
  return copy.textContent;
}

function announceChanges() {
  const texts = [];
  const present = new Set();
  for (const node of document.querySelectorAll('[class*="st-key-announced-"]')) {
    const key = node.className, titles = [...node.querySelectorAll("summary")], parts = titles.length ? titles : [node];
    const text = parts.map(textOf).join(" ").replace(/\s+/g, " ").trim();
    present.add(key);
    if (text && text !== announced.get(key)) texts.push(text);
    announced.set(key, text);
  }
  for (const key of announced.keys()) if (!present.has(key)) announced.delete(key);
  const page = document.querySelector("[data-testid=stPaginationPageActive]")?.textContent ?? "";
  if (page !== shownPage && page && shownPage) texts.push(`Page ${page}`);
  shownPage = page;
  if (!texts.length) return;
  statusElement().textContent = texts.join(" ");
  clearTimeout(clearing);
  clearing = setTimeout(() => { statusElement().textContent = ""; }, KEPT); // later, it would be out of date
}

// React gives the focus back to a component, which cannot take it, and not to the button in the component.
function restoreFocus() {
  const dialog = dialogOf();
  if (dialog && opener && focusIsLost()) dialog.focus(); // a button in the dialog was replaced
  if (!dialog && wasOpen && focusIsLost()) opener?.again()?.focus({ preventScroll: true });
  wasOpen = Boolean(dialog);
}

// What was clicked. Its component may draw it again in the meantime, and then it is found by its name.
function remembered(element) {
  const root = element.getRootNode(), name = element.getAttribute("aria-label");
  const named = () => (name ? root.querySelector?.(`[aria-label="${CSS.escape(name)}"]`) : null);
  return { again: () => (element.isConnected ? element : named()) };
}

function afterChange() {
  wasOpen ||= Boolean(dialogOf()); // at once, because the page may change without a pause until the dialog is closed
  clearTimeout(timer);
  timer = setTimeout(() => {
    restoreFocus();
    announceChanges();
  }, DELAY);
}

function onClick(event) {
  const [target] = event.composedPath();
  const clicked = dialogOf() ? null : target.closest?.("button, a[href], [tabindex='0']");
  if (clicked) opener = remembered(clicked);
  const button = event.composedPath().find((node) => node.matches?.("[data-testid=stPopover] button"));
  const isByKey = event.detail === 0;
  if (button && isByKey && button.getAttribute("aria-expanded") !== "true") focusPopover(button, performance.now() + POPOVER_WAIT);
}

// Streamlit puts a popover at the end of the document, many stops of the Tab key behind its button.
function focusPopover(button, deadline) {
  const body = document.querySelector("[data-testid=stPopoverBody]"), isMoved = document.activeElement !== button && !focusIsLost();
  if (body && !isMoved) {
    body.tabIndex = -1;
    body.style.outline = "none";
    body.focus();
  }
  // Goes on for a while, because the server's answer may replace the popover.
  if (performance.now() < deadline && button.isConnected) requestAnimationFrame(() => focusPopover(button, deadline));
}

export default function () {
  statusElement();
  afterChange();
  const observer = new MutationObserver(afterChange);
  observer.observe(document.body, { childList: true, characterData: true, subtree: true });
  document.addEventListener("click", onClick, true);
  return () => {
    observer.disconnect();
    document.removeEventListener("click", onClick, true);
  };
}
