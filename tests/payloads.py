"""Text of an attacker, and a script for the browser that finds out whether any of it took effect."""

PAYLOADS = (
    "<script>ran(1)</script>",
    "<img src=x onerror=ran(2)>",
    "<svg onload=ran(3)>",
    "<svg><script>ran(4)</script></svg>",
    '"><img src=x onerror=ran(5)>',
    "' onmouseover='ran(6)' autofocus onfocus='ran(6)",
    '" onload="ran(7)" style="position:fixed',
    "</script><script>ran(8)</script>",
    "<iframe srcdoc='<script>parent.ran(9)</script>'></iframe>",
    "<iframe src=javascript:parent.ran(10)></iframe>",
    "[zqran](javascript:ran(11))",
    "[zqran](JaVaScRiPt&colon;ran(12))",
    "<javascript:ran(13)>",
    "[zqran](data:text/html,<script>opener.ran(14)</script>)",
    "![zqran](http://evil.example/15.png)",
    "![][b]\n\n[b]: http://evil.example/16.png",
    "http://evil.example/17",
    "<http://evil.example/18>",
    "a@evil.example",
    ":red[zqran]",
    ":red-badge[zqran]",
    ":material/skull:",
    ":small[zqran]",
    "**zqran** _zqran_ ~~zqran~~ `zqran`",
    "$zqran$ $$\\frac{1}{2}$$",
    "# zqran",
    "> zqran",
    "| zqran | b |\n|---|---|\n| zqran | d |",
    "&lt;img src=x onerror=ran(29)&gt; &#60;script&#62;ran(29)&#60;/script&#62;",
    "<style>*{background:url(http://evil.example/30)}</style>",
    "x;background:url(http://evil.example/31)",
    "<link rel=stylesheet href=http://evil.example/32.css>",
    "<meta http-equiv=refresh content='0;url=http://evil.example/33'>",
    "<form action=http://evil.example/34><button autofocus>zqran</button></form>",
    "<a href=javascript:ran(35) id=zqran>zqran</a>",
    "{{constructor.constructor('ran(36)')()}} ${ran(36)} <%= ran(36) %>",
    "\u202e<img src=x onerror=ran(37)>\u2066",
    "\ufeff\u200b＜script＞ran(38)＜/script＞ ʺonerror=ran(38)",
    "<img src=x onerror=ran(39)>\x00<b\x00>zqran</b>",
    "<img src=x onerror=ran(40)>" * 400,
)
"""Texts that would do harm if they were markup. Each has a number, or the word zqran, to recognise it by."""

PROBE = r"""
window.__ran = [];
window.ran = (which) => window.__ran.push(which);
window.__found = () => {
  const bad = [];
  const own = (href) => { try { return new URL(href, location.href).origin === location.origin; } catch { return false; } };
  // The only link that may come from a stranger is a picture's source, under its own address.
  const stated = (each) => each.tagName === "A" && /^https?:/.test(each.href) && each.textContent === each.getAttribute("href") && /^Source/.test(each.closest("p")?.textContent);
  const walk = (root) => {
    for (const each of root.querySelectorAll("*")) {
      const say = (why) => bad.push(`${why}: ${each.outerHTML.slice(0, 160)}`);
      for (const { name, value } of each.attributes) {
        if (/^on/.test(name)) say("handler");
        if (/^(href|src|action|xlink:href|srcdoc)$/.test(name) && /^\s*(javascript|vbscript|data:text)|evil\.example/i.test(value) && !(own(value) && !/^\s*javascript/i.test(value)) && !stated(each)) say("address");
        if (name === "srcdoc") say("frame");
      }
      if (/evil\.example/.test(each.getAttribute("style") ?? "")) say("style");
      if (/^(SCRIPT|STYLE)$/.test(each.tagName) && /ran\(|evil\.example/.test(each.textContent)) say("code");
      if (each.matches(".katex, #zqran") || (each.matches("[data-testid=stIconMaterial]") && each.textContent === "skull")) say("directive");
      if (!/^(INPUT|TEXTAREA)$/.test(each.tagName) && each.textContent.trim() === "zqran") say("markup");
      if (each.shadowRoot) walk(each.shadowRoot);
    }
  };
  walk(document);
  return [...window.__ran.map((which) => `ran ${which}`), ...bad];
};
// The view of another address, as by Back. The page stays and the script runs again.
window.__go = async (address) => {
  const runs = window.finishedRuns, state = () => document.querySelector("[data-testid=stApp]")?.dataset.testScriptState;
  history.pushState({}, "", address);
  dispatchEvent(new PopStateEvent("popstate", { state: {} }));
  while (window.finishedRuns === runs || state() !== "notRunning") await new Promise((wake) => setTimeout(wake, 20));
  return window.__found();
};
"""
"""A script that finds what has run or become markup. ``__found()`` lists it; ``__go(address)`` goes to another view first."""
