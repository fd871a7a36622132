/** The look of the house, as one text: system type, much white, one accent; light and dark by the reader's own choice. */
export const STYLE = `
:root {
  color-scheme: light dark;
  --ground: #fbfcfd; --card: #fff; --ink: #17202a; --quiet: #5b6875; --line: #e4e9ee;
  --accent: #0068ad; --on-accent: #fff; --tint: #dbeaf6; --bad: #a8322a; --field: #fff; --field-line: #8a97a5;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #0a0e13; --card: #11161d; --ink: #e6ebf0; --quiet: #98a6b3; --line: #263039;
    --accent: #56b4e9; --on-accent: #06131d; --tint: #143850; --bad: #f08d85; --field: #0a0e13; --field-line: #62717f;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body {
  margin: 0; background: var(--ground); color: var(--ink);
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif;
}
h1, h2, h3, p, dl, dd, figure, pre { margin: 0; }
h1 { font-size: 1.5rem; line-height: 1.25; font-weight: 650; letter-spacing: -.01em; overflow-wrap: anywhere; }
h2, caption { font-size: 1rem; line-height: 1.4; font-weight: 650; text-align: left; }
a { color: var(--accent); text-underline-offset: .2em; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; border-radius: 4px; }
[hidden] { display: none !important; }
.quiet { color: var(--quiet); }
.small { font-size: .875rem; }
.skip { position: absolute; left: 1rem; top: -4rem; padding: .5rem 1rem; background: var(--card); border-radius: 8px; z-index: 1; }
.skip:focus { top: 1rem; }

header.top {
  display: flex; flex-wrap: wrap; gap: .75rem 1.5rem; align-items: center; justify-content: space-between;
  max-width: 70rem; margin: 0 auto; padding: 1.25rem 1.5rem;
}
.brand { display: inline-flex; align-items: center; gap: .5rem; font-weight: 650; font-size: 1.125rem; color: inherit; text-decoration: none; }
main { max-width: 70rem; margin: 0 auto; padding: .5rem 1.5rem 4rem; }
footer.foot { display: flex; gap: 1.5rem; align-items: center; max-width: 70rem; margin: -2.5rem auto 0; padding: 0 1.5rem 2.5rem; }
main.narrow { max-width: 36rem; padding-top: 8vh; }
.stack > * + * { margin-top: 1rem; }
.title { display: flex; flex-wrap: wrap; gap: .25rem 1rem; align-items: baseline; justify-content: space-between; margin-bottom: 1.25rem; }

.card { background: var(--card); border: 1px solid var(--line); border-radius: 14px; padding: 1.25rem 1.5rem 1.5rem; min-width: 0; }
.card + .card, .part + .part, #overview + .part { margin-top: 1.25rem; }
.part:empty { display: none; }
.pair { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 24rem), 1fr)); gap: 1.25rem; }
.pair > .card + .card { margin-top: 0; }
.pair > :last-child:nth-child(odd) { grid-column: 1 / -1; }

.figures { display: grid; grid-template-columns: repeat(6, 1fr); gap: 1rem 1.5rem; }
.figures dt { color: var(--quiet); font-size: .875rem; }
.figures dd { font-size: 1.75rem; line-height: 1.3; font-weight: 600; letter-spacing: -.02em; font-variant-numeric: tabular-nums; }
h2 .quiet { font-weight: 400; margin-left: .25rem; }
nav.periods { display: flex; flex-wrap: wrap; gap: .25rem; }
nav.periods a { padding: .25rem .75rem; border-radius: 999px; font-size: .875rem; text-decoration: none; }
nav.periods a[aria-current] { background: var(--tint); color: var(--ink); font-weight: 550; }
.chart img { display: block; width: 100%; height: auto; margin-top: .5rem; }

table { border-collapse: collapse; width: 100%; font-size: .9375rem; }
caption { padding-bottom: .5rem; }
thead th { font-size: .8125rem; font-weight: 500; color: var(--quiet); padding: 0 0 .375rem; text-align: left; }
tbody th { font-weight: 400; text-align: left; width: 100%; padding: .1875rem 0; }
td, thead th.n { text-align: right; padding-left: 1rem; font-variant-numeric: tabular-nums; white-space: nowrap; }
td.second { color: var(--quiet); }
.row { position: relative; display: block; padding: .25rem .5rem; min-width: 0; }
.row svg { position: absolute; inset: 0; width: 100%; height: 100%; border-radius: 4px; }
.row rect { fill: var(--tint); }
.row span { position: relative; overflow-wrap: anywhere; }
table.ranked { table-layout: fixed; }
table.ranked tbody th, table.ranked thead th:first-child { width: auto; }
table.ranked th.n, table.ranked td { width: 5.25rem; padding-left: .5rem; }
.refusals tbody tr { border-top: 1px solid var(--line); vertical-align: top; }
.refusals tbody th, .refusals tbody td { padding-top: .75rem; padding-bottom: .75rem; }
.refusals tbody tr:last-child > * { padding-bottom: 0; }
.refusals code { font-weight: 600; }

form.make { display: grid; gap: 1rem; max-width: 30rem; }
label, .label { display: block; font-weight: 550; margin-bottom: .25rem; }
.hint { color: var(--quiet); font-size: .875rem; margin-top: .25rem; }
.error { color: var(--bad); font-size: .9375rem; }
.error:empty { display: none; }
input, select, textarea {
  width: 100%; font: inherit; color: inherit; background: var(--field); border: 1px solid var(--field-line);
  border-radius: 8px; padding: .5rem .75rem; min-height: 2.75rem;
}
textarea { resize: vertical; }
[aria-invalid="true"] { border-color: var(--bad); }
button {
  font: inherit; font-weight: 550; color: var(--on-accent); background: var(--accent); border: 1px solid transparent;
  border-radius: 8px; padding: .5rem 1.125rem; min-height: 2.75rem; cursor: pointer;
}
button:hover { filter: brightness(1.08); }
button:disabled { opacity: .6; cursor: default; }
button.link { min-height: 0; padding: 0; color: var(--accent); background: none; font-weight: inherit; text-decoration: underline; text-underline-offset: .2em; }
button.plain { color: var(--accent); background: transparent; border-color: var(--field-line); }
form.switch { display: flex; gap: .5rem; align-items: center; max-width: 100%; min-width: 0; }
form.switch label { margin: 0; font-weight: 400; color: var(--quiet); font-size: .875rem; }
form.switch select { width: auto; max-width: 16rem; min-width: 0; }

.snippet { display: flex; flex-wrap: wrap; gap: .75rem; align-items: center; margin-top: .75rem; }
.snippet pre {
  flex: 1 1 18rem; min-width: 0; padding: .75rem 1rem; background: var(--ground); border: 1px solid var(--line);
  border-radius: 8px; white-space: pre-wrap; overflow-wrap: anywhere; font: .875rem/1.5 ui-monospace, "SF Mono", Menlo, Consolas, monospace;
}
code { font: .9em/1.5 ui-monospace, "SF Mono", Menlo, Consolas, monospace; overflow-wrap: anywhere; }
details summary { cursor: pointer; font-weight: 550; color: var(--accent); }
details[open] summary { margin-bottom: .75rem; }
.waiting { display: flex; gap: .75rem; align-items: center; font-weight: 550; margin-top: 1.25rem; }
.waiting::before { content: ""; flex: none; width: .625rem; height: .625rem; border-radius: 50%; background: var(--accent); animation: breathe 2s ease-in-out infinite; }
@keyframes breathe { 50% { opacity: .25; } }
@media (prefers-reduced-motion: reduce) { .waiting::before { animation: none; } }

@media (max-width: 60rem) { .figures { grid-template-columns: repeat(3, 1fr); } }
@media (max-width: 40rem) {
  header.top, main, footer.foot { padding-left: 1rem; padding-right: 1rem; }
  .card { padding: 1rem 1rem 1.25rem; border-radius: 12px; }
  .figures { grid-template-columns: repeat(2, 1fr); }
  .figures dd { font-size: 1.5rem; }
  nav.periods { gap: 0; margin-left: -.5rem; }
  nav.periods a { padding: .375rem .5rem; }
  table.ranked th.n, table.ranked td { width: 4.25rem; }
  form.switch { width: 100%; }
  form.switch select { flex: 1; max-width: none; }
}
`
