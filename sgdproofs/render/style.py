"""The style and the script of a page, inline: a page asks nobody for anything."""

from __future__ import annotations

__all__ = ["FRAGMENT", "SCRIPT", "STYLE"]

LIGHT = """color-scheme: light dark; --paper: #fdfcf9; --ink: #1d1f23; --quiet: #575c66; --line: #d9d6cd;
  --card: #f4f2ec;
  --link: #14508c; --good: #1b6636; --good-soft: #e6f2e9; --bad: #a11d2b; --bad-soft: #faeaea; --open: #7a4d00;
  --open-soft: #faf0da; --plot: #ffffff;"""
DARK = """--paper: #16181d; --ink: #e6e4df; --quiet: #a9adb6; --line: #3a3e47;
  --card: #1f2229; --link: #8fbdf0; --good: #86d19d; --good-soft: #1b2e22; --bad: #ff9c9c; --bad-soft: #371f21;
  --open: #f0c26b; --open-soft: #33290f; --plot: #f3f2ee;"""

CONTENT = """
* { box-sizing: border-box; }
h1, h2, h3, h4, h5, h6 { line-height: 1.25; font-weight: 650; margin: 2em 0 .5em; text-wrap: balance; }
h3 { font-size: 1.28rem; }
h4, h5, h6 { font-size: 1rem; margin: 1.4em 0 .3em; }
p, ul { margin: .5em 0; }
ul { padding-left: 1.3em; }
li { margin: .2em 0; }
li::marker { color: var(--quiet); }
a { color: var(--link); text-underline-offset: .15em; }
.subtitle, .small { color: var(--quiet); }
.small { font-size: .92rem; }
.hidden { position: absolute; width: 1px; height: 1px; margin: -1px; overflow: hidden; clip-path: inset(50%);
  white-space: nowrap; }
math { font-family: "TeX Gyre Pagella Math", "Asana Math", "Latin Modern Math", "STIX Two Math", "Cambria Math",
  "Libertinus Math", math; }
math[display="block"] { margin: 0; display: block math; text-align: left; width: max-content; }
math .strong, mtext.strong { font-weight: bold; }
mtext { font-family: "Iowan Old Style", "Palatino Linotype", Palatino, "TeX Gyre Pagella", Charter, Georgia, serif; }
mrow.boxed { border: 1px solid currentColor; padding: .3em; }
mtable.left mtd { text-align: left; }
.wide { position: relative; overflow-x: auto; overflow-y: hidden; max-width: 100%; padding: .18em 2px; }
.wide:has(> math) { display: flex; flex-wrap: wrap; column-gap: 1.2em; align-items: center; }
.fit.long { display: inline-block; max-width: 100%; overflow-x: auto; overflow-y: hidden; vertical-align: middle; }
mfrac mfrac mfrac > * { math-depth: add(0); }
code.tex { font-size: .85em; white-space: pre-wrap; }
.display, .result { display: flex; gap: .75rem; align-items: center; justify-content: space-between; margin: .7em 0;
  padding: .15em 0 .15em 1.3rem; }
.display .wide, .result .wide { flex: 1 1 auto; min-width: 0; }
.result { border: 1px solid var(--good); border-left-width: 4px; border-radius: 4px; background: var(--good-soft);
  padding: .6em .9em; }
.inset { border-left: 2px solid var(--line); padding-left: 1rem; margin: .6em 0; }
.verdict { display: inline-block; font: 600 .78rem/1.5 ui-sans-serif, system-ui, sans-serif; padding: 0 .5em;
  border-radius: 999px; white-space: nowrap; border: 1px solid currentColor; vertical-align: .1em; }
.proved { color: var(--good); background: var(--good-soft); }
.refuted { color: var(--bad); background: var(--bad-soft); }
.unjustified, .undecided { color: var(--open); background: var(--open-soft); }
table { border-collapse: collapse; }
.lines { width: 100%; margin: .6em 0; }
.lines tr:target { background: var(--card); }
.lines th[scope=row] { font-weight: 400; color: var(--quiet); width: 2.6rem; padding: .25rem .4rem .25rem 0;
  text-align: right; vertical-align: middle; font-variant-numeric: tabular-nums; }
.lines td { vertical-align: middle; padding: .25rem 0 .25rem .5rem; }
.lines tbody tr + tr { border-top: 1px solid color-mix(in srgb, var(--line) 55%, transparent); }
.lines .statement, .lines .continued { width: 100%; max-width: 0; }
.lines .continued .wide { padding-left: 2rem; }
.why { min-width: 15.5rem; max-width: 19rem; font-size: .88rem; line-height: 1.45; color: var(--ink); }
.why summary { cursor: pointer; padding: .2rem 0; }
.why summary .reason { margin-right: .35em; }
.why details[open] { background: var(--card); border-radius: 4px; padding: 0 .6rem .4rem; margin: 0 -.6rem; }
.why ul { margin: .1em 0 .5em; }
.part { margin: .4em 0 0; font: 600 .74rem/1.4 ui-sans-serif, system-ui, sans-serif; color: var(--quiet);
  text-transform: uppercase; letter-spacing: .05em; }
button { font: 500 .78rem/1.4 ui-sans-serif, system-ui, sans-serif; color: var(--ink); background: var(--paper);
  border: 1px solid var(--quiet); border-radius: 4px; padding: .2rem .6rem; min-height: 1.75rem; cursor: pointer; }
button:hover { background: var(--card); }
.copy { flex: none; border-color: transparent; background: none; color: var(--quiet); }
.copy:hover, .copy:focus-visible { border-color: currentColor; color: var(--ink); }
.tools { margin: .5em 0; }
.beside { display: grid; grid-template-columns: minmax(0, 1fr) minmax(0, 1fr); gap: 1rem; margin: 1em 0; }
.beside > div { border: 1px solid var(--line); border-top: 4px solid var(--bad); border-radius: 4px;
  padding: .9rem 1rem; background: color-mix(in srgb, var(--card) 55%, transparent); min-width: 0; }
.beside > .correct { border-top-color: var(--good); }
.beside .display { flex-wrap: wrap; padding-left: .5rem; }
.beside > :only-child { grid-column: 1 / -1; }
.beside .lines .why { min-width: 9rem; max-width: 12rem; }
.working, .working tbody, .working tr, .working td { display: block; }
.working td + td { color: var(--quiet); font-size: .88rem; padding: 0 0 .4rem 1.6rem; }
.points { color: var(--quiet); font-size: .92rem; font-weight: 400; }
.piece { display: grid; grid-template-columns: 2.2rem minmax(0, 1fr); margin: .8em 0; }
.piece > div > :first-child, .piece > .letter { margin-top: 0; }
.letter .points { display: block; font-size: .78rem; line-height: 1.2; }
.solution { border-left: 3px solid var(--line); padding-left: 1rem; margin: 1em 0; }
.solution > summary { cursor: pointer; font: 600 .85rem/1.8 ui-sans-serif, system-ui, sans-serif; color: var(--quiet); }
.checks { list-style: none; padding: 0; }
.checks > li { margin: .6em 0 1.2em; }
figure { margin: .6em 0; }
figure svg { display: block; max-width: 100%; height: auto; background: var(--plot); border-radius: 4px; }
"""
"""What equations, lines, verdicts and pictures look like, on a page of ours and in a notebook."""

NARROW = """
  .fit { display: inline-block; max-width: 100%; overflow-x: auto; overflow-y: hidden; vertical-align: middle; }
  .lines, .lines tbody { display: block; }
  .lines tr { display: grid; grid-template-columns: 2.2rem minmax(0, 1fr); padding: .3rem 0; }
  .lines th[scope=row] { grid-row: 1 / 3; width: auto; }
  .lines td { padding-left: .3rem; }
  .lines .statement, .lines .continued { width: auto; max-width: none; min-width: 0; }
  .lines .continued .wide { padding-left: 1rem; }
  .why, .beside .lines .why { min-width: 0; max-width: none; grid-column: 2; padding-top: 0; }
  .display, .result { flex-wrap: wrap; padding-left: .3rem; }
"""
"""Where there is no room for a line and its reason side by side, the reason stands below, and formulas scroll."""

PAGE = (
    """
html { scroll-behavior: smooth; -webkit-text-size-adjust: 100%; scroll-padding-top: 1rem; }
@media (prefers-reduced-motion: reduce) { html { scroll-behavior: auto; } }
body { margin: 0 auto; max-width: 78rem; padding: 0 1.25rem 4rem; background: var(--paper); color: var(--ink);
  font: 1.0625rem/1.6 "Iowan Old Style", "Palatino Linotype", Palatino, "TeX Gyre Pagella", Charter, Georgia, serif;
  display: grid; grid-template-columns: 15rem minmax(0, 1fr); column-gap: 3rem; }
body.single { display: block; max-width: 58rem; }
header, footer { grid-column: 1 / -1; }
main { grid-column: 2; min-width: 0; }
body.single main { grid-column: 1; }
header { padding: 2.5rem 0 1rem; border-bottom: 1px solid var(--line); margin-bottom: 1.5rem; }
h1 { font-size: 2.1rem; margin: 0; letter-spacing: -.01em; }
h2 { font-size: 1.6rem; border-bottom: 1px solid var(--line); padding-bottom: .25em; }
main > :first-child, article > :first-child, .beside > div > :first-child { margin-top: 0; }
article { margin: 2.25rem 0 3rem; }
.skip { position: absolute; left: -100rem; top: 0; background: var(--paper); padding: .5rem 1rem; z-index: 2; }
.skip:focus { left: 0; }
:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; border-radius: 2px; }
header .tools { margin-bottom: 0; }
.listing { width: 100%; font-size: .95rem; }
.listing caption { text-align: left; color: var(--quiet); font-size: .88rem; padding-bottom: .3rem; }
.listing th, .listing td { text-align: left; padding: .3rem .9rem .3rem 0; border-bottom: 1px solid var(--line);
  vertical-align: top; font-weight: 400; }
.listing thead th { font: 600 .8rem/1.4 ui-sans-serif, system-ui, sans-serif; color: var(--quiet); }
hr.page { border: 0; border-top: 1px solid var(--line); margin: 2.5rem 0; }
nav { grid-column: 1; font-size: .87rem; line-height: 1.4; }
nav details { position: sticky; top: 1rem; max-height: calc(100vh - 2rem); overflow-y: auto; padding: 2px; }
nav summary { font: 600 .8rem/1.6 ui-sans-serif, system-ui, sans-serif; color: var(--quiet); cursor: pointer; }
nav ul { list-style: none; padding: 0; margin: .2em 0; }
nav ul ul { padding-left: .8rem; border-left: 1px solid var(--line); }
nav li { margin: .35em 0; }
nav a { text-decoration: none; }
nav a:hover { text-decoration: underline; }
nav .verdict { font-size: .68rem; padding: 0 .3em; }
@media (max-width: 60rem) {
  body { display: block; padding: 0 1rem 3rem; }
  nav details { position: static; max-height: none; }
  nav { border-bottom: 1px solid var(--line); padding-bottom: .5rem; margin-bottom: 1rem; }
  .beside { grid-template-columns: minmax(0, 1fr); }
}
@media (max-width: 46rem) {
  header { padding-top: 1.25rem; }
  h1 { font-size: 1.6rem; }
"""
    + NARROW
    + """  .piece { display: block; }
  .letter .points { display: inline; }
  .solution { padding-left: .6rem; }
  .result { padding: .5em .6em; }
}
@media print {
  :root { --paper: #fff; --ink: #000; --quiet: #444; --line: #bbb; --card: #fff; --link: #000; --good: #14502a;
    --good-soft: #fff; --bad: #8a1220; --bad-soft: #fff; --open: #5e3b00; --open-soft: #fff; --plot: #fff; }
  body { display: block; max-width: none; font-size: 10pt; padding: 0; }
  nav, button, .skip, .tools { display: none !important; }
  .lines tr, .result, .display, figure, .beside { break-inside: avoid; }
  h2, h3, h4, h5 { break-after: avoid; }
  hr.page { break-after: page; border: 0; }
  details::details-content { content-visibility: visible; height: auto; }
  .wide { overflow: visible; }
  .why { max-width: 40%; }
  a { text-decoration: none; }
}
"""
)

STYLE = f"""
:root {{ {LIGHT} }}
@media (prefers-color-scheme: dark) {{ :root {{ {DARK} }} }}
{CONTENT}{PAGE}"""

FRAGMENT = f""".sgdproofs {{ {LIGHT.replace("color-scheme: light dark;", "color-scheme: light;")}
background: var(--paper); color: var(--ink); padding: .5rem 1rem; border-radius: 4px; container-type: inline-size;
font: 1rem/1.55 "Iowan Old Style", "Palatino Linotype", Palatino, "TeX Gyre Pagella", Charter, Georgia, serif;
{CONTENT}
table.lines {{ table-layout: auto; font-size: inherit; }}
table.lines, table.lines tr, table.lines td, table.lines th {{ background: none; text-align: left;
  border-style: none; }}
math {{ font-size: 1.05em; }}
@container (max-width: 40rem) {{ {NARROW} }}
}}"""
"""The same within one element of somebody else's page, which stays as it is; always light, as the page may be."""

SCRIPT = """
(function () {
  "use strict";
  var said = document.getElementById("said");
  function tell(button, text) {
    said.textContent = text;
    var label = button.firstChild;
    if (button.dataset.label === undefined) { button.dataset.label = label.data; }
    label.data = text;
    window.setTimeout(function () { label.data = button.dataset.label; said.textContent = ""; }, 1600);
  }
  function byHand(text) {
    var area = document.createElement("textarea");
    area.value = text;
    area.setAttribute("aria-hidden", "true");
    area.style.position = "fixed";
    area.style.opacity = "0";
    document.body.appendChild(area);
    area.select();
    var done = false;
    try { done = document.execCommand("copy"); } catch (error) { done = false; }
    area.remove();
    return done;
  }
  document.addEventListener("click", function (event) {
    var button = event.target.closest("button");
    if (!button) { return; }
    if (button.dataset.tex !== undefined) {
      var text = button.dataset.tex;
      var last = function () {
        var done = byHand(text);
        button.focus();
        tell(button, done ? "copied" : "not copied");
      };
      if (navigator.clipboard && navigator.clipboard.writeText) {
        navigator.clipboard.writeText(text).then(function () { tell(button, "copied"); }, last);
      } else { last(); }
    }
    if (button.dataset.fold) {
      document.querySelectorAll(".why details").forEach(function (one) {
        one.open = button.dataset.fold === "open";
      });
    }
  });
  // What is wider than its box can be scrolled by keyboard, too.
  function reach() {
    document.querySelectorAll(".wide, .fit").forEach(function (box) {
      if (box.scrollWidth > box.clientWidth) {
        box.tabIndex = 0;
        box.setAttribute("role", "group");
        box.setAttribute("aria-label", "wide, scrolls sideways");
      } else { box.removeAttribute("tabindex"); box.removeAttribute("role"); box.removeAttribute("aria-label"); }
    });
  }
  reach();
  window.addEventListener("resize", reach);
  document.addEventListener("toggle", reach, true);
  var nav = document.querySelector("nav details");
  if (nav && window.matchMedia("(max-width: 60rem)").matches) { nav.open = false; }
  window.addEventListener("beforeprint", function () {
    document.querySelectorAll("main details").forEach(function (one) { one.open = true; });
  });
})();
"""
