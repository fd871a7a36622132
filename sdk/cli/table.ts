/** Rows as columns that stand under each other, whatever letters are in them. Colours come after the widths: they take none. */
import { paint, plain } from './say'

export interface Column {
  title: string
  /** Numbers are compared by their ends. */
  right?: true
  /** Colours a cell that has its width already. */
  paint?: (text: string, row: number) => string
}

const GAP = '  '
const graphemes = new Intl.Segmenter()
/** Letters of two columns on a terminal. */
const WIDE =
  /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Emoji_Presentation}\uff00-\uff60]/u

export const widthOf = (text: string): number =>
  Array.from(graphemes.segment(text), ({ segment }) => (WIDE.test(segment) ? 2 : 1)).reduce<number>((a, b) => a + b, 0)

function padded(text: string, width: number, isRight: boolean): string {
  const space = ' '.repeat(Math.max(0, width - widthOf(text)))
  return isRight ? space + text : text + space
}

/** A head and a line for each row. */
export function table(columns: readonly Column[], rows: readonly (readonly string[])[]): string[] {
  const cells = rows.map((row) => columns.map((_, i) => plain(row[i] ?? '').replaceAll('\n', ' ')))
  const widths = columns.map(({ title }, i) => Math.max(...[title, ...cells.map((row) => row[i]!)].map(widthOf)))
  const whole = (text: string, i: number) =>
    i === columns.length - 1 && !columns[i]!.right ? text : padded(text, widths[i]!, !!columns[i]!.right)
  const head = columns.map(({ title }, i) => paint('dim', whole(title, i)))
  const lines = cells.map((row, n) =>
    row.map((text, i) => {
      const cell = whole(text, i)
      return columns[i]!.paint?.(cell, n) ?? cell
    }),
  )
  return [head, ...lines].map((line) => line.join(GAP))
}
