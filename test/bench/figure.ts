/** A figure: what was measured, beside the budget it was to keep. Parts of the bench give figures; the run prints and keeps them. */

export interface Figure {
  name: string
  value: number
  unit: string
  /** At most so much; where the figure is a speed, at least. Absent where the figure is only stated. */
  budget?: number
  isSpeed?: boolean
  /** It was promised to be stated, whatever it is: it stands among those that have a budget. */
  isStated?: true
  /** To the same of a bare 204, run in turn in the same minutes. */
  bare?: number
  /** How it was measured, or what it leaves out. */
  note?: string
}

const isMet = ({ value, budget, isSpeed }: Figure): boolean | undefined =>
  budget === undefined ? undefined : isSpeed ? value >= budget : value <= budget

const THOUSANDS = new Intl.NumberFormat('en-US')

/** Three digits that say something. */
const short = (value: number): string =>
  value >= 100 ? THOUSANDS.format(Math.round(value)) : Number(value.toPrecision(3)).toString()

const budgetOf = ({ budget, unit, isSpeed }: Figure): string =>
  budget === undefined ? 'to be stated' : `${isSpeed ? '≥' : '≤'} ${short(budget)} ${unit}`.trim()

const nameOf = ({ name, note }: Figure): string => (note ? `${name} (${note})` : name)
const valueOf = ({ value, unit }: Figure): string => `${short(value)} ${unit}`.trim()

export const isPromised = ({ budget, isStated }: Figure): boolean => budget !== undefined || isStated === true

/** What has a budget, and whether it is kept. */
export const budgetTable = (figures: readonly Figure[]): string =>
  [
    '| what | budget | measured | ÷ bare 204 | met |',
    '|---|---:|---:|---:|:-:|',
    ...figures.map((figure) => {
      const bare = figure.bare === undefined ? '' : short(figure.bare)
      const met = isMet(figure)
      const said = met === undefined ? '' : met ? 'yes' : '**no**'
      return `| ${nameOf(figure)} | ${budgetOf(figure)} | ${valueOf(figure)} | ${bare} | ${said} |`
    }),
  ].join('\n')

/** What is only stated. */
export const statedTable = (figures: readonly Figure[]): string =>
  ['| what | measured |', '|---|---:|', ...figures.map((figure) => `| ${nameOf(figure)} | ${valueOf(figure)} |`)].join(
    '\n',
  )

/** The value below which a share of the values lies. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN
}

export const say = (line: string): void => void process.stderr.write(`${line}\n`)
