/**
 * The style of the report: on a screen, light and dark, on a phone, and on paper.
 *
 * @module
 */

// The colours of outcomes and agents differ in lightness as well as in hue, so
// that they can be distinguished without seeing all colours.
const LIGHT =
  `--page: #fbfbf9; --card: #ffffff; --ink: #1d2329; --soft: #59636e;
  --line: #dfe2e5; --focus: #0b62c4;
  --completed: #2b7c8f; --aborted: #d9a321; --failed: #c0392b;
  --orphaned: #8d5fb0; --waiting: #9aa5b1; --duration: #4a6fa5;
  --agent0: #31508c; --agent1: #d08a2e; --agent2: #4f9d69; --agent3: #b0527e;
  --agent4: #9aa5b1;`;
const DARK = `--page: #14181c; --card: #1b2127; --ink: #e7eaed; --soft: #a3adb8;
  --line: #333c45; --focus: #7db4ff;
  --completed: #4fb0c6; --aborted: #f0c14b; --failed: #ff7b66;
  --orphaned: #bf97e0; --waiting: #76828f; --duration: #7da2da;
  --agent0: #6f97e0; --agent1: #efb05a; --agent2: #74c690; --agent3: #e08bb3;
  --agent4: #76828f;`;

const SERIES = [
  ...["completed", "aborted", "failed", "orphaned", "waiting", "duration"],
  ...["agent0", "agent1", "agent2", "agent3", "agent4"],
];

/** The style sheet. */
export const STYLE = `:root { color-scheme: light dark; ${LIGHT} }
@media (prefers-color-scheme: dark) { :root { ${DARK} } }
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body { margin: 0 auto; max-width: 68rem; padding: 2rem 1.25rem 3rem;
  background: var(--page); color: var(--ink);
  font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif;
  font-variant-numeric: tabular-nums; overflow-wrap: break-word; }
h1 { margin: 0; font-size: 1.9rem; line-height: 1.2; letter-spacing: -.02em; font-weight: 650; }
h2 { margin: 0 0 .25rem; font-size: 1.2rem; letter-spacing: -.01em; font-weight: 620; }
h3 { margin: 0; font-size: .95rem; font-weight: 600; }
p { margin: .25rem 0 0; color: var(--soft); }
section { margin-top: 2.25rem; }
figure { margin: 1rem 0 0; }
figcaption { display: flex; flex-wrap: wrap; align-items: baseline; gap: .25rem 1.25rem; margin-bottom: .6rem; }
figure + figure { margin-top: 1.75rem; }
i { display: inline-block; width: .7em; height: .7em; border-radius: 2px; margin-right: .45em; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(8.3rem, 1fr));
  gap: .75rem; margin: 0; }
.tiles div { padding: .8rem 1rem; background: var(--card); border: 1px solid var(--line); border-radius: 8px; }
.tiles dt { color: var(--soft); font-size: .85rem; }
.tiles dd { margin: 0; }
.tiles b { font-size: 1.5rem; font-weight: 600; letter-spacing: -.02em; white-space: nowrap; }
.tiles span { display: block; color: var(--soft); font-size: .85rem; white-space: nowrap; }
.legend { display: flex; flex-wrap: wrap; gap: .1rem 1rem; margin: 0; padding: 0; list-style: none;
  color: var(--soft); font-size: .85rem; }
.plot { position: relative; padding: 1.2rem 0 1.6rem 3.6rem; }
.plot svg { display: block; width: 100%; height: 12rem; }
.plot .y, .plot .x, .plot .m, .times { color: var(--soft); font-size: .78rem; line-height: 1; }
.plot .y { position: absolute; left: 0; top: 1.2rem; width: 3.1rem; height: 12rem; }
.plot .y span { position: absolute; right: 0; transform: translateY(50%); }
.plot .x, .times { position: relative; height: 0; }
.plot .x span, .times span { position: absolute; top: .5rem; transform: translateX(-50%); white-space: nowrap; }
.plot .m { position: absolute; left: 3.6rem; right: 0; top: 0; height: 0; }
.plot .m p { position: absolute; margin: 0 .4em; top: 1.35rem; white-space: nowrap; color: var(--ink); font-weight: 600;
  background: color-mix(in srgb, var(--page) 75%, transparent); }
.plot .m p + p { top: 2.5rem; }
.grid { fill: none; stroke: var(--line); stroke-width: 1; vector-effect: non-scaling-stroke; }
.median, .p95 { fill: none; stroke: var(--ink); stroke-width: 1.5; vector-effect: non-scaling-stroke; }
.p95 { stroke-dasharray: 4 3; }
.place { fill: transparent; }
.place:hover { fill: var(--ink); fill-opacity: .07; }
${
  SERIES.map((name) =>
    `path.${name} { fill: var(--${name}); } i.${name} { background: var(--${name}); }`
  ).join("\n")
}
.timeline { margin: 0; padding: 0; list-style: none; }
.timeline li { display: grid; grid-template-columns: 15rem 1fr; align-items: center; gap: .75rem; }
.timeline svg { display: block; width: 100%; height: 1.45rem; }
.timeline path[class]:hover { fill-opacity: .75; }
.timeline .who { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; font-size: .85rem; color: var(--soft); }
.timeline b { color: var(--ink); font-weight: 600; }
.times { margin: 0 0 3.5rem 15.75rem; }
.times span:first-child { transform: none; }
.times span:last-child { transform: translateX(-100%); }
.scroll { overflow-x: auto; margin-top: .75rem; }
.scroll:focus-visible, summary:focus-visible { outline: 2px solid var(--focus); outline-offset: 2px; border-radius: 4px; }
table { width: 100%; border-collapse: collapse; font-size: .9rem; }
caption { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
th, td { padding: .42rem .75rem .42rem 0; border-bottom: 1px solid var(--line); text-align: left;
  vertical-align: baseline; font-weight: 400; white-space: nowrap; }
thead th { color: var(--soft); font-size: .8rem; }
th:last-child, td:last-child { padding-right: 0; }
.n { text-align: right; }
.w { white-space: normal; width: 99%; min-width: 12rem; overflow-wrap: anywhere; }
.bar { display: inline-block; width: 8rem; background: linear-gradient(var(--duration), var(--duration)) 0 100% / var(--share) 3px no-repeat; padding-bottom: 4px; }
details { margin-top: .4rem; font-size: .85rem; color: var(--soft); }
summary { cursor: pointer; width: fit-content; }
details[open] .scroll { max-height: 22rem; overflow-y: auto; }
footer { margin-top: 3rem; border-top: 1px solid var(--line); font-size: .85rem; }
footer p { margin-top: .75rem; }
@media print, (max-width: 58rem) {
  .times span:nth-child(even) { display: none; }
}
@media (max-width: 40rem) {
  body { padding: 1.25rem 1rem 2rem; }
  h1 { font-size: 1.55rem; }
  .tiles { grid-template-columns: 1fr 1fr; gap: .5rem; }
  .tiles div { padding: .6rem .75rem; }
  .tiles b { font-size: 1.25rem; }
  .plot { padding-left: 2.6rem; }
  .plot .y { width: 2.2rem; }
  .plot .m { left: 2.6rem; }
  .plot .x span:nth-child(even) { display: none; }
  .timeline li { grid-template-columns: 1fr; gap: .1rem; margin-bottom: .5rem; }
  .stack, .stack tbody { display: block; }
  .stack thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  .stack tr { display: flex; flex-wrap: wrap; gap: 0 .9rem; padding: .5rem 0; border-bottom: 1px solid var(--line); }
  .stack th, .stack td { padding: 0; border: 0; color: var(--soft); }
  .stack th { font-weight: 600; color: var(--ink); }
  .stack .w { flex-basis: 100%; order: 9; color: var(--ink); }
  .stack td:empty { display: none; }
  .times { margin-left: 0; }
  .w { min-width: 6rem; }
}
@media print {
  :root { ${LIGHT} --page: #ffffff; }
  * { -webkit-print-color-adjust: exact; print-color-adjust: exact; }
  body { max-width: none; padding: 0; font-size: 10pt; }
  details { display: none; }
  figure, tr, .tiles div, .timeline li { break-inside: avoid; }
  h2, h3 { break-after: avoid; }
  .scroll { overflow: visible; }
}`;
