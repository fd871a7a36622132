/** Rows of numbers for people: what must be beside what is, and whether they agree. */
import { paint } from '../../sdk/cli/say'
import { agrees, type Row, type Section } from './check'

/** A longer list that agrees is one line: nobody reads thirty days to learn that they are right. */
const LONGEST = 14
const NAME = 30
const NUMBER = 18

const number = (value: number): string =>
  (Number.isInteger(value)
    ? value.toLocaleString('en')
    : value.toLocaleString('en', { maximumFractionDigits: 4 })
  ).padStart(NUMBER)

const line = (name: string, must: string, is: string, mark: string): string =>
  `  ${name.padEnd(NAME)}${must.padStart(NUMBER)}${is.padStart(NUMBER)}  ${mark}`.trimEnd()

/** Over two columns: what must be, and what whom says. */
export const header = (says = '/graph says'): string => paint('dim', line('', 'must be', says, ''))

const rowLine = (row: Row): string =>
  line(row.name, number(row.must), number(row.is), agrees(row) ? paint('green', '✓') : paint('red', '✗'))

/** A section's lines; what does not agree is always among them. */
export function linesOf({ title, rows }: Section): string[] {
  const wrong = rows.filter((row) => !agrees(row))
  const sum = (side: 'must' | 'is') => rows.reduce((total, row) => total + row[side], 0)
  const whole = rowLine({ name: `${rows.length} of them, in all`, must: sum('must'), is: sum('is') })
  return [paint('bold', title), ...(rows.length > LONGEST ? [...wrong.map(rowLine), whole] : rows.map(rowLine))]
}
