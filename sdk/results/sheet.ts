/**
 * What the results look like, as a sheet that is adopted: a page's policy has no say in it. Colours are the page's own, by
 * the names that the house's pages give them; a page that has none of these gets the house's.
 */
import { sheetOf } from '../chart/theme'

const OWN = `
:host { display: block; min-width: 0; container-type: inline-size; }
:host([hidden]) { display: none; }
* { box-sizing: border-box; }
h2, p, dl, dd, ul { margin: 0; padding: 0; }
ul { list-style: none; }
h2 { font-size: 1.0625rem; line-height: 1.4; font-weight: 650; }
.graupel-chart { --r-card: var(--card, var(--g-ground)); --r-ink: var(--ink, var(--g-text)); --r-quiet: var(--quiet, var(--g-muted)); --r-line: var(--line, var(--g-grid)); color: var(--r-ink); }
section, .choices, .figures { background: var(--r-card); border: 1px solid var(--r-line); border-radius: 14px; padding: 1.25rem 1.5rem 1.5rem; margin-bottom: 1.25rem; }
[role=status] { padding: .25rem 0; }
[role=status]:empty { display: none; }
.quiet { color: var(--r-quiet); }
.small { font-size: .875rem; margin-bottom: .75rem; }
.name { overflow-wrap: anywhere; }
:focus-visible { outline: 3px solid var(--accent, currentColor); outline-offset: 2px; border-radius: 4px; }
.swatch { vertical-align: -1px; flex: none; }
.tag { font-size: .75rem; border: 1px solid var(--r-line); border-radius: 999px; padding: 0 .5rem; color: var(--r-quiet); white-space: nowrap; }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(9rem, 1fr)); gap: .75rem 1.5rem; }
dt { color: var(--r-quiet); font-size: .875rem; }
.figures dd { font-size: 1.5rem; line-height: 1.3; font-weight: 600; letter-spacing: -.01em; font-variant-numeric: tabular-nums; }
.figures dd.word { font-size: 1.0625rem; letter-spacing: 0; line-height: 1.35; padding-top: .3125rem; }
.facts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 11rem), 1fr)); gap: .75rem 1.5rem; margin-top: .75rem; }
.facts dd { font-variant-numeric: tabular-nums; font-weight: 550; }
.choices { display: flex; flex-wrap: wrap; gap: .75rem 2rem; align-items: center; padding-top: .875rem; padding-bottom: .875rem; }
.choices label { display: inline-flex; gap: .375rem; align-items: center; min-height: 1.75rem; }
.choices fieldset { border: 0; margin: 0; padding: 0; display: flex; flex-wrap: wrap; gap: .25rem 1rem; align-items: center; min-width: 0; }
.choices legend { float: left; margin-right: .25rem; padding: 0; color: var(--r-quiet); }
.choices input { accent-color: var(--accent, auto); width: 1.125rem; height: 1.125rem; margin: 0; flex: none; }
select { font: inherit; color: inherit; background: var(--field, var(--r-card)); border: 1px solid var(--field-line, var(--r-quiet)); border-radius: 8px; padding: .375rem .5rem; max-width: 14rem; }
table { border-collapse: collapse; width: 100%; font-size: .9375rem; }
thead th { font-size: .8125rem; font-weight: 500; color: var(--r-quiet); text-align: left; padding: 0 1rem .375rem 0; vertical-align: bottom; }
tbody th { font-weight: 550; text-align: left; min-width: 8rem; }
tbody th, td { padding: .625rem 1rem .625rem 0; vertical-align: top; font-variant-numeric: tabular-nums; }
tbody tr { border-top: 1px solid var(--r-line); }
tr > :last-child { padding-right: 0; }
b { font-weight: 600; }
.label { display: none; }
.g-whisker { display: block; margin-top: .25rem; min-width: 9rem; }
.g-mark { stroke: var(--r-quiet); stroke-dasharray: 2 3; }
.tinted { position: relative; display: inline-block; min-width: 3.75rem; padding: .0625rem .5rem; border-radius: 4px; overflow: hidden; vertical-align: top; }
.tinted > span { position: relative; }
.g-tint { position: absolute; inset: 0; color: var(--tint, var(--ice, var(--g-grid))); }
.warnings li { padding: .5rem 0 .5rem 1.5rem; position: relative; }
.warnings li + li { border-top: 1px solid var(--r-line); }
.warnings li::before { content: "!"; position: absolute; left: 0; top: .625rem; width: 1.125rem; height: 1.125rem; border-radius: 50%; background: var(--r-quiet); color: var(--r-card); font-size: .8125rem; font-weight: 700; line-height: 1.125rem; text-align: center; }
.legend { display: flex; flex-wrap: wrap; gap: .125rem 1rem; font-size: .875rem; color: var(--r-quiet); margin: .25rem 0 .75rem; overflow-wrap: anywhere; }
.weights li { display: grid; grid-template-columns: minmax(5rem, 11rem) 1fr minmax(7rem, 12rem); gap: .25rem 1rem; align-items: center; padding: .25rem 0; }
.weights .who, .weights .most { overflow-wrap: break-word; min-width: 0; }
.weights .most { color: var(--r-quiet); font-size: .875rem; font-variant-numeric: tabular-nums; }
.g-shares { display: block; border-radius: 4px; overflow: hidden; }
.g-shares rect, .g-tint rect { transition: x .6s, width .6s; }
.g-whisker :is(line, circle) { transition: cx .6s; }
.heard { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.weights li { position: relative; }
.wide { overflow-x: auto; }
.matrix { width: auto; }
.matrix td, .matrix th { vertical-align: middle; padding-right: 1rem; max-width: 12rem; }
section > svg.graupel-chart { display: block; width: 100%; margin-top: .5rem; }
.graupel-chart .g-ground { fill: none; }
@media (prefers-reduced-motion: reduce) { rect, circle, line { transition: none !important; } }
@container (max-width: 46rem) {
  section, .choices, .figures { padding: 1rem; border-radius: 12px; }
  [role=table] thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  [role=table], [role=table] tbody { display: block; }
  [role=table] tbody tr { display: grid; grid-template-columns: repeat(3, 1fr); gap: .625rem 1rem; padding: .875rem 0; }
  [role=table] tbody th { grid-column: 1 / -1; padding: 0; }
  [role=table] td { padding: 0; }
  [role=table] td:has(.g-whisker), [role=table] td:has(b) { grid-column: 1 / -1; }
  .label { display: block; font-size: .8125rem; color: var(--r-quiet); }
  .weights li { grid-template-columns: minmax(6.5rem, 1fr) minmax(0, auto); }
  .weights .g-shares { grid-column: 1 / -1; grid-row: 2; }
}
`

let made: CSSStyleSheet | undefined

export function sheet(): CSSStyleSheet {
  if (!made) {
    made = new CSSStyleSheet()
    made.replaceSync(sheetOf('auto') + OWN)
  }
  return made
}
