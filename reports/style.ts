// The look of the report: one style sheet for light, dark and paper, from 360 px up.

export const STYLE = `
:root {
  color-scheme: light dark;
  --paper: #fbfbfa; --card: #ffffff; --ink: #16191d; --ink-soft: #5b636d; --line: #e2e5e9; --shade: #f3f4f6;
  --pass: #12704a; --pass-soft: #e4f4ec; --fail: #b3261e; --fail-soft: #fcebe9; --invalid: #8a5300; --invalid-soft: #fdf1dc; --risk: #5b3fa8; --risk-soft: #efeafa;
  --series-1: #2458a6; --series-1-soft: #b9cdea; --series-2: #c2571a; --series-3: #4b8f6b; --series-4: #7d5ba6;
  --series-5: #b98900; --series-6: #6b7480;
}
@media screen and (prefers-color-scheme: dark) {
  :root {
    --paper: #111418; --card: #181c21; --ink: #e8eaed; --ink-soft: #a2abb6; --line: #2e353d; --shade: #20252b;
    --pass: #5fce9b; --pass-soft: #14301f; --fail: #ff8a80; --fail-soft: #3a1917; --invalid: #f2b84b; --invalid-soft: #36280f; --risk: #b9a3ff; --risk-soft: #251b3d;
    --series-1: #7fb0f5; --series-1-soft: #2f4a70; --series-2: #f2945c; --series-3: #79c49b; --series-4: #b79ae0;
    --series-5: #e3bd4f; --series-6: #9aa4b0;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; scroll-behavior: smooth; }
@media (prefers-reduced-motion: reduce) { html { scroll-behavior: auto; } }
body {
  margin: 0; background: var(--paper); color: var(--ink);
  font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
  font-variant-numeric: tabular-nums; overflow-wrap: anywhere;
}
.page { max-width: 1160px; margin: 0 auto; padding: 0 clamp(16px, 4vw, 40px) 64px; }
a { color: var(--series-1); text-underline-offset: 2px; }
:focus-visible { outline: 3px solid var(--series-1); outline-offset: 2px; border-radius: 3px; }
.skip { position: absolute; left: -9999px; }
.skip:focus { left: 16px; top: 8px; background: var(--card); padding: 8px 12px; z-index: 2; }
h1, h2, h3 { line-height: 1.25; letter-spacing: -0.01em; text-wrap: balance; }
h2 { font-size: 1.5rem; margin: 0 0 4px; }
h3 { font-size: 1.1rem; margin: 0; }
p { margin: 0 0 12px; max-width: 78ch; }
.lead { color: var(--ink-soft); margin-bottom: 20px; }
section { padding-top: 56px; }

.top { display: flex; flex-wrap: wrap; gap: 4px 24px; justify-content: space-between; padding: 20px 0; color: var(--ink-soft); font-size: 0.875rem; }
.top strong { color: var(--ink); letter-spacing: 0.02em; }
.verdict { background: var(--card); border: 1px solid var(--line); border-top: 6px solid var(--tone); border-radius: 12px; padding: clamp(20px, 4vw, 40px); }
.tone-pass { --tone: var(--pass); --tone-soft: var(--pass-soft); }
.tone-fail { --tone: var(--fail); --tone-soft: var(--fail-soft); }
.tone-at-risk { --tone: var(--risk); --tone-soft: var(--risk-soft); }
.tone-invalid { --tone: var(--invalid); --tone-soft: var(--invalid-soft); }
.question { color: var(--ink-soft); margin: 0 0 16px; }
.verdict h1 { display: flex; align-items: center; gap: 16px; font-size: clamp(2.2rem, 6vw, 3.4rem); color: var(--tone); margin: 0 0 12px; letter-spacing: 0.01em; }
.verdict h1 svg { width: 0.95em; height: 0.95em; flex: none; }
.answer { list-style: none; margin: 20px 0 0; padding: 0; display: grid; gap: 12px; font-size: clamp(1rem, 2vw, 1.125rem); line-height: 1.5; }
.answer li { display: grid; grid-template-columns: 6.8rem minmax(0, 1fr); align-items: baseline; }
.answer .badge { justify-self: start; }
.answer p { margin: 0; max-width: 72ch; }
.banner { display: flex; gap: 14px; margin-top: 16px; padding: 16px 20px; border-radius: 12px; background: var(--invalid-soft); border: 1px solid var(--invalid); }
.banner svg { width: 22px; height: 22px; flex: none; color: var(--invalid); margin-top: 2px; }
.banner p, .banner ul { margin: 0; max-width: 90ch; }
.banner ul { padding-left: 18px; margin-top: 6px; font-size: 0.925rem; }

.figures { display: grid; grid-template-columns: minmax(0, 1fr); gap: 12px; margin: 16px 0 0; }
@media (min-width: 520px) { .figures { grid-template-columns: repeat(2, minmax(0, 1fr)); } }
@media (min-width: 1000px) { .figures { grid-template-columns: repeat(4, minmax(0, 1fr)); } }
.figure { background: var(--card); border: 1px solid var(--line); border-radius: 12px; padding: 16px 20px; margin: 0; }
.figure dt { color: var(--ink-soft); font-size: 0.875rem; }
.figure dd { margin: 2px 0 0; font-size: 1.5rem; font-weight: 650; letter-spacing: -0.01em; line-height: 1.3; }
.figure dd small { display: block; font-size: 0.85rem; font-weight: 400; letter-spacing: 0; color: var(--ink-soft); margin-top: 4px; line-height: 1.45; }

nav ul { display: flex; flex-wrap: wrap; gap: 4px 20px; list-style: none; margin: 24px 0 0; padding: 12px 0; border-block: 1px solid var(--line); font-size: 0.925rem; }
nav a { text-decoration: none; }
nav a:hover { text-decoration: underline; }

.card { background: var(--card); border: 1px solid var(--line); border-radius: 12px; padding: clamp(14px, 2.5vw, 24px); margin: 0 0 16px; min-width: 0; }
.pair { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 420px), 1fr)); gap: 24px; }
.pair > * { min-width: 0; }
.pair > :nth-child(3) { grid-column: 1 / -1; }
figure { margin: 0; min-width: 0; }
figcaption { font-weight: 600; font-size: 0.95rem; margin-bottom: 8px; }
.chart { width: 100%; }
.pair .chart { min-height: 280px; }
.chart svg { max-width: 100%; display: block; }
.flow-head { display: flex; flex-wrap: wrap; gap: 4px 16px; align-items: baseline; justify-content: space-between; margin-bottom: 12px; }
.flow-head p { margin: 0; color: var(--ink-soft); }
.notes { margin: 16px 0 0; font-size: 0.925rem; color: var(--ink-soft); }
.notes p { margin: 0 0 6px; max-width: 100ch; }
.notes strong { color: var(--ink); font-weight: 600; }

.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: 0.9rem; }
caption { text-align: left; font-weight: 600; padding-bottom: 8px; }
th, td { text-align: left; vertical-align: top; padding: 8px 14px 8px 0; border-bottom: 1px solid var(--line); overflow-wrap: break-word; }
th { font-weight: 600; color: var(--ink-soft); font-size: 0.8rem; }
tbody th { color: var(--ink); font-size: inherit; }
tbody tr:last-child > * { border-bottom: 0; }
.number { text-align: right; white-space: nowrap; }
th.number, td.number { padding-right: 24px; }
.badge { display: inline-flex; align-items: center; gap: 6px; padding: 2px 9px 2px 7px; border-radius: 999px; background: var(--tone-soft); color: var(--tone); font-weight: 650; font-size: 0.8rem; white-space: nowrap; }
.badge svg { width: 13px; height: 13px; }
.badge.fact { background: var(--shade); color: var(--ink-soft); padding-left: 9px; }
.tag { display: inline-block; padding: 1px 8px; border-radius: 999px; background: var(--shade); color: var(--ink-soft); font-size: 0.78rem; white-space: nowrap; }
.why { color: var(--ink-soft); font-size: 0.875rem; }
.id { color: var(--ink-soft); font: 0.78rem ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
.claims td:nth-child(2) { min-width: 24ch; }
.stacked .why { min-width: 36ch; }
.stacked tbody th[scope=row] { min-width: 22ch; }
#deployment .stacked tbody th[scope=row] { min-width: 0; }
.stacked tr.group th { padding-top: 22px; font-size: 0.95rem; border-bottom-color: var(--ink-soft); }
.stacked tbody:first-of-type tr.group th { padding-top: 8px; }
details.inline { margin-top: 4px; }
details.inline ul { margin: 0; padding-left: 18px; }
details.inline summary { font-size: inherit; }
.claims .claim-why td { padding-top: 0; }
.claims .claim-main > * { border-bottom: 0; padding-bottom: 4px; }

details { margin-top: 16px; }
summary { cursor: pointer; color: var(--series-1); font-size: 0.925rem; padding: 4px 0; }
details[open] summary { margin-bottom: 8px; }
ol.weak { padding-left: 24px; margin: 0; max-width: 90ch; }
ol.weak li { margin-bottom: 10px; padding-left: 6px; }
dl.facts { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: 6px 24px; margin: 0; font-size: 0.925rem; }
dl.facts dt { color: var(--ink-soft); }
dl.facts dd { margin: 0; }
code, pre { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; font-size: 0.875em; }
pre { margin: 0 0 16px; padding: 14px 16px; background: var(--shade); border-radius: 8px; white-space: pre-wrap; }
.download { display: inline-block; margin: 20px 12px 0 0; padding: 8px 16px; border: 1px solid var(--line); border-radius: 8px; background: var(--card); text-decoration: none; }
.tip { position: fixed; z-index: 3; pointer-events: none; background: var(--ink); color: var(--paper); padding: 8px 12px; border-radius: 8px; font-size: 0.8rem; line-height: 1.45; max-width: 280px; }
.tip b { font-weight: 600; }
footer { margin-top: 56px; padding-top: 16px; border-top: 1px solid var(--line); color: var(--ink-soft); font-size: 0.85rem; }

@media screen and (max-width: 760px) {
  .claims thead, .stacked thead { position: absolute; left: -9999px; }
  .claims table, .claims tbody, .claims tr, .claims td, .claims caption, .stacked table, .stacked tbody, .stacked tr, .stacked td, .stacked th, .stacked caption { display: block; }
  .claims td, .stacked td, .stacked tbody th { border: 0; padding: 2px 0; min-width: 0; }
  .claims td[data-label]::before, .stacked td[data-label]::before { content: attr(data-label) ": "; color: var(--ink-soft); font-size: 0.8rem; }
  .stacked tr { padding: 10px 0; border-top: 1px solid var(--line); }
  .stacked tbody:first-of-type tr.group { border-top: 0; }
  .stacked .why, .stacked tbody th[scope=row] { min-width: 0; }
  .stacked td.number { display: inline-block; text-align: left; padding-right: 14px; }
  .claims td[data-label="Samples"], .claims td[data-label="Basis"] { display: inline-block; padding-right: 14px; }
  .claims .id { display: block; }
  .claims .claim-main { padding-top: 14px; border-top: 1px solid var(--line); }
  .claims tbody:first-of-type .claim-main { border-top: 0; padding-top: 0; }
  .claims .claim-why td { padding-bottom: 14px; }
  .claims .number { text-align: left; white-space: normal; }
  dl.facts { grid-template-columns: minmax(0, 1fr); gap: 0; }
  dl.facts dd { margin-bottom: 10px; }
  section { padding-top: 40px; }
  .answer li { grid-template-columns: minmax(0, 1fr); gap: 4px; }
}
@page { margin: 13mm; }
@media print {
  :root { color-scheme: light; --paper: #fff; --card: #fff; }
  html { font-size: 11px; }
  body { font-size: 1rem; }
  .page { max-width: none; padding: 0; }
  nav, .download, .skip, .tip { display: none; }
  section { padding-top: 20px; }
  .card { padding: 12px; }
  .figure, figure, tr, dt, .banner, .flow-head { break-inside: avoid; }
  h2, h3, .lead, figcaption, caption, dt, .flow-head, .claim-main { break-after: avoid; }
  .figures { grid-template-columns: repeat(4, minmax(0, 1fr)); }
  .stacked tbody th[scope=row] { min-width: 0; }
  .scroll { overflow: visible; }
  a { color: inherit; text-decoration: none; }
}
`
