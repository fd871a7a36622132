/**
 * Colours. Series take those of Okabe and Ito ("Color Universal Design", 2008), which people with any colour vision
 * tell apart, in one shade for light and one for dark ground. All of it is CSS, scoped by class and in one text: no
 * element has a style of its own, so that a page whose policy allows none can adopt it as a sheet.
 */

export type Theme = 'auto' | 'light' | 'dark'

const INK = ['ground', 'text', 'muted', 'grid'] as const
type Shades = Record<(typeof INK)[number], string> & { series: readonly string[] }

const light: Shades = {
  ground: '#ffffff',
  text: '#1a2433',
  muted: '#5c6878',
  grid: '#e4e9f0',
  series: ['#0068ad', '#d55e00', '#00835f', '#b8568e', '#8a6a00', '#2b93d1', '#5b4bb5', '#4d5866'],
}

const dark: Shades = {
  ground: '#11161d',
  text: '#e8edf4',
  muted: '#98a4b3',
  grid: '#27303b',
  series: ['#56b4e9', '#f5924d', '#2cc89a', '#e59bc6', '#e6c229', '#8fd0ff', '#ab9ff2', '#b4bfcb'],
}

const COLORS = light.series.length

const variables = ({ series, ...ink }: Shades): string =>
  [...INK.map((name) => `--g-${name}:${ink[name]}`), ...series.map((color, i) => `--g-${i}:${color}`)].join(';')

const shades: Record<Theme, string> = {
  light: `.graupel-light{${variables(light)}}`,
  dark: `.graupel-dark{${variables(dark)}}`,
  auto: `.graupel-auto{${variables(light)}}@media(prefers-color-scheme:dark){.graupel-auto{${variables(dark)}}}`,
}

const FONT = 'system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif'

const rules: Record<string, string> = {
  '': `max-width:100%;height:auto;font-family:${FONT};font-variant-numeric:tabular-nums`,
  ' .g-ground': 'fill:var(--g-ground)',
  ' .g-title': 'fill:var(--g-text);font-weight:600',
  ' .g-label': 'fill:var(--g-muted)',
  ' .g-grid': 'stroke:var(--g-grid)',
  ' .g-zero': 'stroke:var(--g-muted);stroke-opacity:.6',
  ' .g-line': 'fill:none;stroke:currentColor;stroke-width:2;stroke-linejoin:round;stroke-linecap:round',
  ' .g-open': 'stroke-dasharray:2 5',
  ' .g-again': 'stroke-dasharray:7 4',
}

/** All that the drawings of a theme need; they have the classes `graupel-chart` and `graupel-<theme>`. */
export function sheetOf(theme: Theme): string {
  const colors = light.series.map((_, i) => `.graupel-chart .g-${i}{color:var(--g-${i})}`)
  const drawing = Object.entries(rules).map(([selector, declarations]) => `.graupel-chart${selector}{${declarations}}`)
  return [shades[theme], ...drawing, ...colors].join('')
}

/** The class of a series' colour. More series than colours come round again, in dashes. */
export const colorOf = (index: number): string => `g-${index % COLORS}`
export const comesAgain = (index: number): boolean => index >= COLORS
