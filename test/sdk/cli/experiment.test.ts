import { describe, expect, test } from 'vitest'
import { adviceOn } from '../../../sdk/cli/experiment/advice'
import { type Experiment, type Standing, toldAll, toldStanding } from '../../../sdk/cli/experiment/told'
import { wishedOf } from '../../../sdk/cli/experiment/wished'
import { Usage } from '../../../sdk/cli/stop'
import { warningsOf } from '../../../worker/decide/warning'

const OPTIONS = { option: ['long', 'short'] }

describe('a wish', () => {
  test('says what is named, in the words of the API, and nothing else', () => {
    expect(wishedOf(OPTIONS)).toEqual({ options: ['long', 'short'] })
    expect(
      wishedOf({
        ...OPTIONS,
        weights: '3, 1',
        policy: 'split',
        by: 'earned/spent',
        goal: 'less',
        dimension: ['country'],
        halfLife: '86400',
        floor: '0.05',
        conversion: 'bought',
      }),
    ).toEqual({
      options: ['long', 'short'],
      weights: [3, 1],
      policy: 'split',
      by: 'earned/spent',
      goal: 'less',
      dimensions: ['country'],
      half_life: 86_400,
      floor: 0.05,
      conversion: 'bought',
    })
  })

  test.each([
    [{}, /two options at least/],
    [{ option: ['long'] }, /two options at least/],
    [{ ...OPTIONS, weights: '1,' }, /--weights must be numbers between commas, not ""/],
    [{ ...OPTIONS, halfLife: 'day' }, /--half-life must be a number, not "day"/],
    [{ ...OPTIONS, cap: '1e999' }, /--cap must be a number/],
  ])('can not be %o', (options, words) => {
    expect(() => wishedOf(options)).toThrow(Usage)
    expect(() => wishedOf(options)).toThrow(words)
  })
})

const EXPERIMENT: Experiment = {
  decision: 'checkout',
  options: ['long', 'short'],
  policy: 'split',
  by: 'reward/hits',
  kind: 'rate',
  goal: 'more',
  status: 'running',
  winner: null,
  hidden: false,
  created: 0,
}
const STANDING: Standing = {
  ...EXPERIMENT,
  control: 'long',
  arms: [
    {
      id: 'long',
      trials: 10_000,
      rate: 0.05,
      ci95: [0.0459, 0.0545],
      p_best: 0.006,
      share: 0.5,
      uplift: null,
      weighted: null,
    },
    {
      id: 'short',
      trials: 10_000,
      rate: 0.058,
      ci95: [0.0536, 0.0628],
      p_best: 0.994,
      share: 0.5,
      uplift: { rel: 0.16, cs95: [-0.03651645, 0.40043763], p_always: 0.274 },
      weighted: null,
    },
  ],
  warnings: ['peeking_fixed_p', 'of_tomorrow'],
}

describe('results', () => {
  test('of a split show the uplift, within what it lies at any look, and what to do about each warning', () => {
    expect(toldStanding(STANDING)).toEqual([
      'checkout  running; split, by reward/hits',
      '',
      'option  decisions    rate              95 %    best   uplift         at any look   share',
      'long       10,000  5.00 %  4.59 % to 5.45 %  0.60 %  control                      50.0 %',
      'short      10,000  5.80 %  5.36 % to 6.28 %  99.4 %  +16.0 %  -3.65 % to +40.0 %  50.0 %',
      '',
      expect.stringMatching(/^peeking_fixed_p {2}.*Wait: it may be luck\.$/),
      expect.stringMatching(/^of_tomorrow {2}/),
    ])
  })

  test('of a policy that served unevenly show the unbiased gain, in numbers of a ratio', () => {
    const [control, other] = STANDING.arms
    const lines = toldStanding({
      ...STANDING,
      policy: 'contextual',
      kind: 'ratio',
      by: 'earned/spent',
      goal: 'less',
      status: 'finished',
      winner: 'short',
      arms: [control!, { ...other!, weighted: { difference: 0.0123456, always: [-0.5, 1234.567] } }],
      warnings: [],
    })
    expect(lines).toEqual([
      'checkout  finished, short; contextual, by the less earned/spent',
      '',
      expect.stringMatching(/unbiased gain +at any look/),
      expect.stringContaining('control'),
      expect.stringMatching(/ 0\.058 .* \+0\.01235 {2}-0\.5 to \+1235 /),
    ])
  })

  test('say nothing where there is nothing to say, and obey no mark of a name', () => {
    const [control, other] = STANDING.arms
    const bare = { ...other!, id: 'a\u001b[2J', uplift: { rel: null, cs95: null, p_always: null } }
    const lines = toldStanding({ ...STANDING, decision: 'x\u001b[2J', arms: [control!, bare], warnings: [] })
    expect(lines.at(-1)).toMatch(/ – +– +50\.0 %$/)
    expect(lines.join('\n')).not.toContain('\u001b')
  })
})

test('experiments stand under each other, with who has won and who is hidden', () => {
  const finished = { ...EXPERIMENT, decision: 'price', status: 'finished', winner: 'short', hidden: true }
  expect(toldAll([{ ...EXPERIMENT, totals: { trials: 1234 } }, finished])).toEqual([
    'name      decisions  status                   policy  by           options',
    'checkout      1,234  running                  split   reward/hits  long, short',
    'price             –  finished, short, hidden  split   reward/hits  long, short',
  ])
  expect(toldAll([])).toEqual([expect.stringMatching(/^There is no experiment yet: {2}npx graupel experiment create/)])
})

test('each warning that there is has its advice', () => {
  const all = warningsOf({
    isAdaptive: true,
    leastTrials: 0,
    leastConversions: 0,
    srm: { p: 0, always: 0 },
    tests: [
      { p: 0.01, always: 1 },
      { p: 1, always: 1 },
    ],
    leastEffective: 0,
    isControlUncertain: true,
    unattributed: 1,
    late: 1,
    duplicates: 1,
    leastShare: 0,
    topShare: 1,
    novelty: 9,
    haveWeightsChanged: true,
    bulk: 1,
  })
  expect(all).toHaveLength(15)
  for (const warning of all)
    expect([warning, adviceOn(warning)]).toEqual([warning, expect.stringMatching(/^[A-Z].*\.$/)])
  expect(new Set(all.map(adviceOn)).size).toBe(15)
  expect(all.map(adviceOn)).not.toContain(adviceOn('of_tomorrow'))
})
