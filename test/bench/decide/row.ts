/** A row: what was measured of how many runs, how surely, and beside which goal. Cases give rows; the run prints and keeps them. */

export interface Row {
  what: string
  runs?: number
  value: number
  /** One standard error. */
  error?: number
  unit?: string
  most?: number
  least?: number
  /** How it was measured, or what it leaves out. */
  note?: string
}

export const isMet = ({ value, most, least }: Row): boolean | undefined =>
  most === undefined && least === undefined
    ? undefined
    : value <= (most ?? Number.POSITIVE_INFINITY) && value >= (least ?? Number.NEGATIVE_INFINITY)

const THOUSANDS = new Intl.NumberFormat('en-US')

const short = (value: number): string =>
  Math.abs(value) >= 100 ? THOUSANDS.format(Math.round(value)) : Number(value.toPrecision(3)).toString()

function goalOf({ most, least, unit = '' }: Row): string {
  if (most !== undefined && least !== undefined) return `${short(least)}–${short(most)} ${unit}`
  if (most !== undefined) return `≤ ${short(most)} ${unit}`
  return least === undefined ? '' : `≥ ${short(least)} ${unit}`
}

export const tableOf = (rows: readonly Row[]): string =>
  [
    '| what | runs | measured | goal | met |',
    '|---|---:|---:|---:|:-:|',
    ...rows.map((row) => {
      const { what, note, runs, value, error, unit = '' } = row
      const measured = `${short(value)}${error ? ` ± ${Number(error.toPrecision(2))}` : ''} ${unit}`.trim()
      const met = { true: 'yes', false: '**no**', undefined: '' }[`${isMet(row)}`]
      const cells = [
        note ? `${what} (${note})` : what,
        runs ? THOUSANDS.format(runs) : '',
        measured,
        goalOf(row).trim(),
        met,
      ]
      return `| ${cells.join(' | ')} |`
    }),
  ].join('\n')
