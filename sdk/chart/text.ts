/** Text in a drawing: escaped, measured by rule of thumb (nothing here can ask a font), and numbers as people read them. */

const ESCAPES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }
/** What XML 1.0 forbids: one of these, and no browser draws anything. */
const FORBIDDEN = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu

export const escaped = (text: string): string =>
  text
    .toWellFormed()
    .replace(FORBIDDEN, '')
    .replace(/[&<>"']/g, (character) => ESCAPES[character]!)

/** The mean advance of a sans-serif letter, in parts of the font size; wide scripts take a whole one. */
const NARROW = 0.56
const WIDE = 1

export function widthOf(text: string, fontSize: number): number {
  let width = 0
  for (const character of text) width += character > '\u2e7f' ? WIDE : NARROW
  return width * fontSize
}

/** Cut to a width, with an ellipsis where something is missing. */
export function fitted(text: string, fontSize: number, width: number): string {
  if (widthOf(text, fontSize) <= width) return text
  const characters = [...text]
  while (characters.length && widthOf(`${characters.join('')}…`, fontSize) > width) characters.pop()
  return `${characters.join('').trimEnd()}…`
}

/** Metrics that are shares of a whole. */
const PERCENT = new Set(['bounce_rate', 'rewards/decisions'])

const compact = new Intl.NumberFormat('en', { notation: 'compact', maximumSignificantDigits: 4 })
const exact = new Intl.NumberFormat('en', { maximumFractionDigits: 2 })
const small = new Intl.NumberFormat('en', { maximumSignificantDigits: 3 })
const percent = new Intl.NumberFormat('en', { style: 'percent', maximumFractionDigits: 1 })

/** A tick: as short as can be. */
export function tickText(value: number, metric: string): string {
  if (PERCENT.has(metric)) return percent.format(value)
  return Math.abs(value) < 1 ? small.format(value) : compact.format(value)
}

/** A total: every digit that matters. */
export function numberText(value: number, metric: string): string {
  if (PERCENT.has(metric)) return percent.format(value)
  return Math.abs(value) < 1 ? small.format(value) : exact.format(value)
}
