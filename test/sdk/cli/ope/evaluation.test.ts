import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Evaluation, evaluate } from '../../../../sdk/cli/ope/evaluation'
import { always, logging, type Policy, uniform } from '../../../../sdk/cli/ope/policy'
import type { Judged } from '../../../../sdk/cli/ope/judged'
import { type Line, poured, rained, type Shares, type World, type Worth } from './log'

const of = (lines: readonly object[], ...policies: Policy[]): Promise<Evaluation> =>
  evaluate(poured(lines), () => policies)

const line = (option: string, x: number, propensities: Record<string, number> = { a: 0.8, b: 0.2 }, y = 1) => ({
  decision: 'pages',
  t: 1,
  option,
  propensity: propensities[option],
  propensities,
  context: {},
  x,
  y,
})
const times = (count: number, lines: readonly object[]) => Array.from({ length: count }, () => lines).flat()

describe('worked out by hand', () => {
  /** Of b: weights 0, 0, 5, 5; what it earned 1 and 0. */
  const four = [line('a', 1), line('a', 0), line('b', 1), line('b', 0)]

  test('IPS, SNIPS and the effective sample', async () => {
    const { estimates } = await of(times(50, four), always('b'))
    const { ess, weight, ips, snips } = estimates[0]!
    // (50 · 10)² / (50 · 50), 10 / 4, 5 / 4, 5 / 10
    expect([ess, weight, ips!.value, snips!.value]).toEqual([100, 2.5, 1.25, 0.5])
    // w x is 5 in 50 of 200: squares about 1.25 are 50 · 25 - 200 · 1.5625 = 937.5, over 199 and 200.
    expect(ips!.ci95[1] - 1.25).toBeCloseTo(1.959964 * Math.sqrt(937.5 / 199 / 200), 6)
    // w (x - 0.5) is ±2.5 in 100 of 200: squares are 625; over 199 and 200, and 2.5² for the mean weight.
    expect(snips!.ci95[1] - 0.5).toBeCloseTo((1.959964 * Math.sqrt(625 / 199 / 200)) / 2.5, 6)
  })

  test('DR, by what was known before each decision', async () => {
    const evaluation = await of(times(50, four), always('b'))
    // Guesses by the text: (sum of b's + 10 · mean of all) / (b's + 10), nothing known at first.
    const seen: { option: string; x: number }[] = []
    const scores = times(50, four).map((each) => {
      const { option, x } = each as { option: string; x: number } // made above
      const own = seen.filter((other) => other.option === 'b')
      const sum = (list: { x: number }[]) => list.reduce((total, { x }) => total + x, 0)
      const q = (sum(own) + (seen.length && (10 * sum(seen)) / seen.length)) / (own.length + 10)
      seen.push({ option, x })
      return q + (option === 'b' ? 5 * (x - q) : 0)
    })
    // The first four: 0, then of a's 1 a mean of 1, then ½ and 5 (1 - ½) more, then (1 + 10 · ⅔) / 11 and what 0 makes of it.
    const q = 23 / 33
    expect(scores.slice(0, 4)).toEqual([0, 1, 3, q - 5 * q].map((score) => expect.closeTo(score, 12)))
    const mean = scores.reduce((sum, score) => sum + score, 0) / scores.length
    expect(evaluation.estimates[0]!.dr!.value).toBeCloseTo(mean, 12)
  })

  test('of what is earned by what is spent', async () => {
    const costs = [
      line('a', 2, undefined, 1),
      line('a', 0, undefined, 3),
      line('b', 6, undefined, 2),
      line('b', 0, undefined, 2),
    ]
    const { per, estimates } = await of(times(50, costs), always('b'), logging)
    expect(per).toBe('y')
    const [b, ran] = estimates
    expect([b!.ips!.value, b!.snips!.value]).toEqual([1.5, 1.5]) // 5 · 6 / (5 · 2 + 5 · 2)
    expect([ran!.ips!.value, ran!.snips!.value]).toEqual([1, 1]) // 8 / 8
  })
})

const WORLD: World = { SE: { a: 0.1, b: 0.3, c: 0.2 }, US: { a: 0.4, b: 0.1, c: 0.2 } }
const uneven: Shares = (country) => (country === 'SE' ? { a: 0.6, b: 0.3, c: 0.1 } : { a: 0.2, b: 0.5, c: 0.3 })
const bySE: Policy = {
  name: 'by country',
  shares: ({ context }) => new Map([[context.get('country') === 'SE' ? 'b' : 'a', 1]]),
}
const TRUTH: [policy: Policy, truth: number][] = [
  [always('a'), 0.25],
  [always('b'), 0.2],
  [uniform(['a', 'b', 'c']), 1.3 / 6],
  [bySE, 0.35],
]
const OF = ['ips', 'snips', 'dr'] as const
const holds = ({ ci95 }: { ci95: [number, number] }, truth: number) => ci95[0] <= truth && truth <= ci95[1]

test('what ran has earned what it has, exactly, and its effective sample is the log', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(
        fc.record({
          p: fc.double({ min: 0.01, max: 0.99, noNaN: true }),
          x: fc.double({ min: -1e6, max: 1e6, noNaN: true }),
        }),
        {
          minLength: 100,
          maxLength: 300,
        },
      ),
      async (decisions) => {
        const lines = decisions.map(({ p, x }, i) => line(i % 2 ? 'a' : 'b', x, { a: p, b: 1 - p }))
        const mean = decisions.reduce((sum, { x }) => sum + x, 0) / decisions.length
        const { ess, snips, ips, weight } = (await of(lines, logging)).estimates[0]!
        expect([snips!.value, ips!.value, ess, weight]).toEqual([mean, mean, decisions.length, 1])
      },
    ),
    { numRuns: 30, seed: 20261126 },
  )
})

test('intervals hold the truth in 93 to 97 of 100 logs, of every estimator and policy', async () => {
  const RUNS = 500
  const held = new Map<string, number>()
  for (let run = 0; run < RUNS; run++) {
    const { estimates } = await of(rained(WORLD, uneven, 700, 1000 + run), ...TRUTH.map(([policy]) => policy))
    for (const [i, [{ name }, truth]] of TRUTH.entries()) {
      for (const estimator of OF) {
        const key = `${name} ${estimator}`
        held.set(key, (held.get(key) ?? 0) + Number(holds(estimates[i]![estimator]!, truth)))
      }
    }
  }
  for (const [key, count] of held) {
    expect([key, count / RUNS]).toEqual([key, expect.toSatisfy((share: number) => share >= 0.93 && share <= 0.97)])
  }
})

const MONEY: Worth = (random) => ({ x: 10 * Math.exp(random.next()), y: 1 + random.next() })

test.each<[string, Shares, Worth | undefined]>([
  ['a policy that learns as it goes', learning, undefined],
  ['what is earned by what is spent', uneven, MONEY],
])('and so of %s', async (_, shares, worth) => {
  const RUNS = 500
  // Of money: 10 (e - 1) when it is earned, 1.5 always spent.
  const unit = worth ? (10 * (Math.E - 1)) / 1.5 : 1
  let held = { snips: 0, dr: 0 }
  for (let run = 0; run < RUNS; run++) {
    const { estimates } = await of(rained(WORLD, shares, 700, 5000 + run, worth), bySE)
    const { snips, dr } = estimates[0]!
    held = {
      snips: held.snips + Number(holds(snips!, 0.35 * unit)),
      dr: held.dr + Number(holds(dr!, 0.35 * unit)),
    }
  }
  for (const count of Object.values(held)) {
    expect(count / RUNS).toBeGreaterThanOrEqual(0.93)
    expect(count / RUNS).toBeLessThanOrEqual(0.97)
  }
})

/** What has earned most of late is shown most, and each at least every fifth time. */
function learning(_: string, seen: readonly Line[]): Record<string, number> {
  if (seen.length % 50 === 0) {
    const earned = (option: string) => {
      const own = seen.slice(-200).filter((each) => each.option === option)
      return (own.reduce((sum, { x }) => sum + x, 0) + 1) / (own.length + 5)
    }
    const best = ['a', 'b', 'c'].toSorted((one, other) => earned(other) - earned(one))[0]
    learnt = Object.fromEntries(['a', 'b', 'c'].map((option) => [option, option === best ? 0.6 : 0.2]))
  }
  return learnt
}
let learnt: Record<string, number> = {}

test('DR is nearer to the truth than IPS', async () => {
  const off = { ips: 0, dr: 0 }
  for (let run = 0; run < 100; run++) {
    const lines = rained(WORLD, uneven, 1000, run).map((each) => ({ ...each, x: each.x + 10 }))
    const { ips, dr } = (await of(lines, bySE)).estimates[0]!
    off.ips += (ips!.value - 10.35) ** 2
    off.dr += (dr!.value - 10.35) ** 2
  }
  expect(off.dr).toBeLessThan(off.ips / 10)
})

test('any other order and any chunks of the log give the same IPS and SNIPS', async () => {
  const lines = rained(WORLD, uneven, 1000, 7)
  const [whole] = (await of(lines, bySE)).estimates
  const { estimates } = await evaluate(poured(lines.toReversed(), 7), () => [bySE])
  for (const name of ['ips', 'snips'] as const) expect(estimates[0]![name]!.value).toBeCloseTo(whole![name]!.value, 12)
})

describe('refuses', () => {
  const refused = (judged: Judged | undefined) => [judged?.ips, judged?.snips, judged?.dr, judged?.refused]

  test('below an effective sample of 100, and not at it', async () => {
    const four = [line('a', 1), line('a', 0), line('b', 1), line('b', 0)]
    const { estimates } = await of([...times(49, four), line('b', 1)], always('b'))
    expect(refused(estimates[0])).toEqual([
      null,
      null,
      null,
      expect.stringMatching(/^always b: .* worth 99 of its own, and below 100/),
    ])
    expect((await of(times(50, four), always('b'))).estimates[0]!.refused).toBe(null)
    const thirds = line('a', 1, { a: 0.333333333, b: 0.333333333, c: 0.333333334 })
    expect((await of(times(100, [thirds]), uniform(['a', 'b', 'c']))).estimates[0]).toMatchObject({
      ess: 100,
      refused: null,
    })
    expect(refused((await of(times(99, [line('a', 1)]), logging)).estimates[0])[3]).toMatch(/worth 99 of/)
    expect(refused((await of(times(500, [line('a', 1)]), always('b'))).estimates[0])[3]).toMatch(/worth 0 of/)
  })

  test('what had no chance of being shown', async () => {
    const lines = [...times(300, [line('a', 1)]), line('a', 1, { a: 1, b: 0 })]
    const { estimates } = await of(lines, uniform(['a', 'b']), always('a'))
    expect(refused(estimates[0])).toEqual([
      null,
      null,
      null,
      expect.stringMatching(/^uniform: in 1 decisions it would show/),
    ])
    expect(estimates[1]!.refused).toBe(null)
  })

  test('to divide by nothing', async () => {
    const { estimates } = await of(times(200, [line('a', 1, undefined, 0)]), logging)
    expect(refused(estimates[0])).toEqual([null, null, null, expect.stringMatching(/^logging: nothing was spent/)])
  })
})

test('doubts propensities that options were not drawn by', async () => {
  const lines = rained(WORLD, uneven, 3000, 3)
  const wrong = lines.map((each) => ({ ...each, propensity: 1 / 3, propensities: { a: 1 / 3, b: 1 / 3, c: 1 / 3 } }))
  const doubt = async (log: object[]) => (await of(log, always('b'))).estimates[0]!.doubt
  expect(await doubt(lines)).toBe(null)
  expect(await doubt(wrong)).toMatch(/^always b: its mean weight is 1\.\d+, and not about 1/)
})

test.each<[string, object, RegExp]>([
  ['no JSON', { toJSON: () => undefined }, /^line 2 is no decision, a JSON object/],
  ['no option', { ...line('a', 1), option: undefined }, /^line 2 is no decision: option is missing/],
  [
    'a propensity of 0',
    { ...line('a', 1), propensity: 0, propensities: { a: 0, b: 1 } },
    /propensity must be more than 0/,
  ],
  [
    'a propensity of its own',
    { ...line('a', 1), propensity: 0.5 },
    /propensities must hold the option's own propensity/,
  ],
  ['an option that is none', { ...line('a', 1), option: 'c' }, /propensities must hold the option's own propensity/],
  ['propensities of less than 1', line('a', 1, { a: 0.5, b: 0.4 }), /propensities must add up to 1/],
  ['propensities of more than 1', line('a', 1, { a: 1.5, b: -0.5 }), /propensit\S+ must be from 0 to 1/],
  ['a text that is earned', { ...line('a', 1), x: '1' }, /x must be a number/],
  ['a list of propensities', { ...line('a', 1), propensities: [0.8, 0.2] }, /propensities must be a JSON object/],
  [
    'another experiment',
    { ...line('a', 1), decision: 'other' },
    /^line 2 is of "other", and those before it of "pages"/,
  ],
  ['other options', line('a', 1, { a: 0.5, c: 0.5 }), /^line 2 has other options than those before it/],
  ['more options', line('a', 1, { a: 0.5, b: 0.2, c: 0.3 }), /^line 2 has other options/],
])('names the line of %s', async (_, wrong, words) => {
  const text = JSON.stringify(wrong) ?? 'x'
  async function* log() {
    yield Buffer.from(`${JSON.stringify(line('a', 1))}\n${text}\n`)
  }
  await expect(evaluate(log(), () => [logging])).rejects.toThrow(words)
})

test('goes by no dimension that no decision knows', async () => {
  const policy = (by: string): Policy => ({ name: 'mine', by, shares: () => new Map([['a', 1]]) })
  const lines = [line('a', 1), { ...line('a', 1), context: { city: null } }]
  expect((await of(lines, policy('city'))).decisions).toBe(2)
  await expect(of(lines, policy('country'))).rejects.toThrow(/^mine: decisions know no dimension "country", but city$/)
})

test('of no decision there is nothing to tell', async () => {
  await expect(of([], logging)).rejects.toThrow(/there is no decision in the log/)
})
