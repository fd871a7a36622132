/** A figure: what was measured, beside the budget it was to keep. Parts of the bench give figures; the run prints and keeps them. */

export interface Figure {
  name: string
  value: number
  unit: string
  /** At most so much; where the figure is a speed, at least. Absent where the figure is only stated. */
  budget?: number
  isSpeed?: boolean
  /** How it was measured, or what it leaves out. */
  note?: string
}

const isMet = ({ value, budget, isSpeed }: Figure): boolean | undefined =>
  budget === undefined ? undefined : isSpeed ? value >= budget : value <= budget

const THOUSANDS = new Intl.NumberFormat('en-US')

/** Three digits that say something. */
const short = (value: number): string =>
  value >= 100 ? THOUSANDS.format(Math.round(value)) : Number(value.toPrecision(3)).toString()

export const budgetOf = ({ budget, unit, isSpeed }: Figure): string =>
  budget === undefined ? 'stated' : `${isSpeed ? '≥' : '≤'} ${short(budget)} ${unit}`.trim()

export const figureTable = (figures: readonly Figure[]): string =>
  [
    '| what | measured | budget | met |',
    '|---|---:|---:|:-:|',
    ...figures.map((figure) => {
      const met = isMet(figure)
      const name = figure.note ? `${figure.name} (${figure.note})` : figure.name
      const said = met === undefined ? '' : met ? 'yes' : '**no**'
      return `| ${name} | ${`${short(figure.value)} ${figure.unit}`.trim()} | ${budgetOf(figure)} | ${said} |`
    }),
  ].join('\n')

/** The value below which a share of the values lies. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN
}

export const say = (line: string): void => void process.stderr.write(`${line}\n`)
