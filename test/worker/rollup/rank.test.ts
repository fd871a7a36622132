import { describe, expect, test } from 'vitest'
import { rankRatios, rankTotals } from '../../../worker/rollup/rank'

const path = (text: string) => (text === '_' ? [] : text.split('/'))
const important = (ranked: ReturnType<typeof rankTotals>) =>
  ranked.filter((each) => each.important).map((each) => each.dimension.join('/') || '_')

describe('a total', () => {
  test.each([
    [100, 11, true, 'more than ten, and than a tenth'],
    [100, 10, false, 'ten is not more than ten'],
    [1_000, 100, false, 'a tenth is not more than a tenth'],
    [1_000, 101, true, 'just above a tenth'],
    [50, 9, false, 'a good part, of too few'],
    [-1_300, 500, true, 'of a whole below zero'],
    [-1_300, -2_000, false, 'which is itself below zero'],
  ])('of the whole %d, %d: important is %s (%s)', (whole, total, expected) => {
    expect(rankTotals(whole, [{ path: ['a'], total }])).toEqual([
      {
        dimension: ['a'],
        score: total,
        important: expected,
        effect: whole - total,
        difference: whole - total,
        value: total,
        count: total,
      },
    ])
  })

  test.each<[what: string, subs: Record<string, number>, expected: string[]]>([
    ['its one child is all of it', { a: 60, 'a/x': 60 }, ['a/x']],
    ['its children leave less than a tenth of the whole', { a: 60, 'a/x': 40, 'a/y': 11 }, ['a/x', 'a/y']],
    ['its children leave a tenth', { a: 60, 'a/x': 40, 'a/y': 10 }, ['a', 'a/x']],
    ['it has none', { a: 60 }, ['a']],
    ['only its grandchildren explain it', { a: 60, 'a/x/1': 60 }, ['a', 'a/x/1']],
    ['small children explain it, and none of them matters', { a: 24, 'a/x': 8, 'a/y': 8, 'a/z': 8 }, []],
    ['the rest of its children stands under one name', { a: 60, 'a/…': 58 }, ['a/…']],
    ['the whole is among the ranked', { _: 100, a: 60, b: 40 }, ['a', 'b']],
    ['the whole is among them and has much of its own', { _: 100, a: 60 }, ['_', 'a']],
  ])('is pruned or kept where %s', (_, subs, expected) => {
    const ranked = rankTotals(
      100,
      Object.entries(subs).map(([text, total]) => ({ path: path(text), total })),
    )
    expect(important(ranked)).toEqual(expected)
  })

  test('is kept where its children leave exactly a tenth of a whole that floats would make more of', () => {
    const subs = [
      { path: ['a'], total: 61 },
      { path: ['a', 'x'], total: 50 },
    ]
    expect(important(rankTotals(110, subs))).toEqual(['a', 'a/x'])
  })

  test('may be asked to be a greater part', () => {
    const subs = [
      { path: ['a'], total: 30 },
      { path: ['b'], total: 51 },
    ]
    expect(important(rankTotals(100, subs, 0.5))).toEqual(['b'])
    expect(important(rankTotals(100, subs, 0.3))).toEqual(['b'])
    expect(important(rankTotals(100, subs, 0))).toEqual(['a', 'b'])
  })
})

describe('a ratio', () => {
  test.each([
    [{ top: 12, bottom: 6 }, true, 1, 6, 'twice the overall one, over more than five'],
    [{ top: 10, bottom: 5 }, false, 1, 5, 'over five only'],
    [{ top: 110, bottom: 100 }, false, 0.1, 10, 'a tenth away'],
    [{ top: 75, bottom: 100 }, true, -0.25, -25, 'below it'],
    [{ top: 100, bottom: 100 }, false, 0, 0, 'the same'],
    [{ top: 7, bottom: 0 }, false, -1, 0, 'over nothing'],
  ])(
    'of %o beside an overall 1: important is %s, difference %d, effect %d (%s)',
    (sub, expected, difference, effect) => {
      const [ranked] = rankRatios({ top: 1_000, bottom: 1_000 }, [{ path: ['a'], ...sub }])
      expect(ranked).toMatchObject({ important: expected, value: sub.top, count: sub.bottom })
      expect(ranked!.difference).toBeCloseTo(difference, 12)
      expect(ranked!.effect).toBeCloseTo(effect, 9)
    },
  )

  test('has an effect in what is summed, whatever the overall ratio', () => {
    const [ranked] = rankRatios({ top: 500, bottom: 1_000 }, [{ path: ['a'], top: 80, bottom: 100 }])
    expect(ranked!.score).toBe(0.8)
    expect(ranked!.difference).toBeCloseTo(0.6, 12)
    expect(ranked!.effect).toBeCloseTo(30, 9)
  })

  test('is not important beside an overall 0, and finite', () => {
    expect(rankRatios({ top: 0, bottom: 100 }, [{ path: ['a'], top: 50, bottom: 50 }])).toMatchObject([
      { important: false, difference: 0, effect: 0, score: 1 },
    ])
  })

  test('may be asked to depart further', () => {
    const subs = [{ path: ['a'], top: 13, bottom: 10 }]
    expect(important(rankRatios({ top: 10, bottom: 10 }, subs))).toEqual(['a'])
    expect(important(rankRatios({ top: 10, bottom: 10 }, subs, 0.5))).toEqual([])
  })
})
