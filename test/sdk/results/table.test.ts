import { expect, test } from 'vitest'
import { choiceForm } from '../../../sdk/results/choices'
import { headline, runningFacts } from '../../../sdk/results/facts'
import { winMatrix } from '../../../sdk/results/matrix'
import { resultTable } from '../../../sdk/results/table'
import { weightBars } from '../../../sdk/results/weights'
import { arm, standing } from './sample'

const NONE: ReadonlySet<string> = new Set()
/** What is read, without the drawings. */
const words = (html: string) =>
  html
    .replaceAll(/<svg.*?<\/svg>/gs, '')
    .replaceAll(/<[^>]+>/g, ' ')
    .replaceAll(/\s+/g, ' ')
const rowsIn = (html: string) =>
  [...html.matchAll(/<tr role="row"><th role="rowheader".*?<\/tr>/gs)].map(([row]) => row)

test('tells each option’s rate with its interval, and bounds that hold at any look', () => {
  const [ruler, storm] = rowsIn(resultTable({ standing: standing(), hidden: NONE }).text).map(words)
  expect(ruler).toContain('5.00% 3.81% to 6.53%')
  expect(ruler).toContain('is the control')
  expect(storm).toContain('+25% -4% to +61%, p 0.081')
  expect(storm).toContain('90%')
})

test('draws intervals on one scale, and the control through all of them', () => {
  const arms = [arm('ruler', { rate: 0.05, ci95: [0.04, 0.06] }), arm('storm', { rate: 0.1, ci95: [0.08, 0.14] })]
  const rows = rowsIn(resultTable({ standing: standing({ arms }), hidden: NONE }).text)
  const ends = rows.map((row) =>
    [...row.matchAll(/class="g-line" x1="([\d.]+)%" x2="([\d.]+)%" y1="11"/g)].map(([, a, b]) => [
      Number(a),
      Number(b),
    ]),
  )
  const at = (rate: number) => 3 + (94 * (rate - 0.04)) / 0.1
  expect(ends.flat(2)).toEqual([0.04, 0.06, 0.08, 0.14].map((rate) => expect.closeTo(at(rate), 1)))
  const marks = rows.map((row) => Number(/class="g-mark" x1="([\d.]+)%"/.exec(row)?.[1]))
  expect(marks).toEqual([expect.closeTo(at(0.05), 1), expect.closeTo(at(0.05), 1)])
})

test('leaves out what is hidden, and gives nobody another colour for it', () => {
  const view = { standing: standing(), hidden: new Set(['ruler']) }
  const rows = rowsIn(resultTable(view).text)
  expect(rows).toHaveLength(1)
  expect(rows[0]).toContain('swatch g-1')
  expect(choiceForm(view).text).toMatch(/value="ruler">.*value="storm" checked>/s)
  expect(winMatrix(view).text).toBe('')
})

test('has a column for what is unbiased where a policy serves unevenly, and else none', () => {
  const plain = resultTable({ standing: standing(), hidden: NONE }).text
  const weighted = { difference: 0.0121, always: [-0.003, 0.027] as const }
  const arms = [arm('ruler'), arm('storm', { weighted })]
  const served = resultTable({ standing: standing({ arms }), hidden: NONE }).text
  expect(plain).not.toContain('Unbiased')
  expect(words(served)).toContain('+0.0121 -0.003 to +0.027')
})

test('says nothing of an option that was never served', () => {
  const arms = [arm('ruler', { trials: 0, rate: 0, ci95: [0, 1] }), arm('storm', { trials: 0, rate: 0, ci95: [0, 1] })]
  expect(words(resultTable({ standing: standing({ arms }), hidden: NONE }).text)).toMatch(
    /ruler control Decisions 0 Rate – /,
  )
  expect(words(headline(standing({ arms })).text)).toContain('Best so far –')
})

test('tells ratios as the numbers that they are', () => {
  const arms = [arm('ruler', { rate: 1234.5678, ci95: [1200, 1300], expected_loss: 3.21 })]
  const text = words(
    resultTable({ standing: standing({ kind: 'ratio', num: 'earned', den: 'spent', arms }), hidden: NONE }).text,
  )
  expect(text).toContain('earned / spent')
  expect(text).toContain('1,235 1,200 to 1,300')
})

test('draws for whom which option is served, and says it to who hears it', () => {
  const { text } = weightBars(standing())
  expect(words(text)).toMatch(/Everybody storm 80% ruler 20%, storm 80% Sweden ruler 90% ruler 90%, storm 10%/)
  const widths = [...text.matchAll(/<rect class="g-(\d)"[^>]* width="([\d.]+)%"/g)].map(([, color, width]) => [
    color,
    Number(width),
  ])
  expect(widths).toEqual([
    ['0', 19.7],
    ['1', 79.7],
    ['0', 89.7],
    ['1', 9.7],
  ])
})

test('tells how probably a row beats a column', () => {
  expect(words(winMatrix({ standing: standing(), hidden: NONE }).text)).toMatch(/ruler – 10% storm 90% –/)
})

test('tells delays in units that people use, and dashes what is not known', () => {
  expect(words(runningFacts(standing()).text)).toMatch(/within 3\.2 minutes .*within – .*to come 12%/)
})

test('escapes every name that comes from outside', () => {
  const hostile = `"><script>alert(1)</script>'`
  const arms = [arm(hostile), arm('b')]
  const given = standing({
    arms,
    control: hostile,
    winner: hostile,
    policy: hostile,
    num: hostile,
    kind: 'ratio',
    weights: [{ context: { country: hostile }, probabilities: [0.5, 0.5] }],
  })
  const view = { standing: given, hidden: NONE }
  const all = [
    headline(given),
    weightBars(given),
    choiceForm(view),
    resultTable(view),
    winMatrix(view),
    runningFacts(given),
  ]
  for (const { text } of all) expect(text).not.toContain('<script')
})
