import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { NewerSketch, type Precision, Sketch, VERSION } from '../../../worker/rollup/sketch'
import { elementsFrom } from '../../element'

const PRECISIONS = [12, 14] as const
/** The most elements that stay themselves. */
const LIMIT = { 12: 1000, 14: 2457 } as const

function sketchOf(precision: Precision, elements: Iterable<number>): Sketch {
  const sketch = new Sketch(precision)
  for (const element of elements) sketch.add(element)
  return sketch
}

function elements(seed: number, count: number): number[] {
  const next = elementsFrom(seed)
  return Array.from({ length: count }, next)
}

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

describe.each(PRECISIONS)('at precision %i', (precision) => {
  const limit = LIMIT[precision]

  test('counts exactly at every size up to its limit', () => {
    const sketch = new Sketch(precision)
    expect([sketch.count(), sketch.error, sketch.isExact]).toEqual([0, 0, true])
    for (const [i, element] of elements(1, limit).entries()) {
      sketch.add(element)
      sketch.add(element)
      expect(sketch.count()).toBe(i + 1)
    }
    expect([sketch.error, sketch.isExact]).toEqual([0, true])
  })

  test('estimates from the next element on, and says how well', () => {
    const sketch = sketchOf(precision, elements(1, limit + 1))
    expect(sketch.isExact).toBe(false)
    expect(sketch.error).toBe(1.04 / 2 ** (precision / 2))
    expect(Math.abs(sketch.count() / (limit + 1) - 1)).toBeLessThan(3 * sketch.error)
    expect(sketch.encode().length).toBe(2 + (2 ** precision * 6) / 8)
  })

  test('takes five bytes an element, whichever way they came', () => {
    const set = elements(2, limit)
    expect(sketchOf(precision, set).encode().length).toBe(2 + 5 * limit)
    expect(sketchOf(precision, set.toReversed()).encode()).toEqual(sketchOf(precision, set).encode())
  })

  test('keeps the first and the last element there can be', () => {
    const ends = [2 ** 40 - 1, 0]
    expect(hex(sketchOf(precision, ends).encode())).toBe(`01${precision === 12 ? '0c' : '0e'}0000000000ffffffffff`)
    const filled = sketchOf(precision, [...ends, ...elements(3, 3000)])
    expect(Sketch.decode(filled.encode()).encode()).toEqual(filled.encode())
  })

  test('is within theory at 10,000 and 100,000, above and below', () => {
    for (const size of [10_000, 100_000]) {
      const trials = 40
      let [sum, squares] = [0, 0]
      for (let trial = 0; trial < trials; trial++) {
        const next = elementsFrom(size + trial)
        const sketch = new Sketch(precision)
        for (let i = 0; i < size; i++) sketch.add(next())
        const off = sketch.count() / size - 1
        sum += off
        squares += off * off
      }
      const theory = 1.04 / 2 ** (precision / 2)
      // The seeds are fixed, so this does not waver; the bench runs 200 trials up to ten million.
      expect(Math.sqrt(squares / trials)).toBeLessThan(1.1 * theory)
      expect(Math.abs(sum / trials)).toBeLessThan(theory / 2)
    }
  })
})

/** One set of up to 3,000 elements, cut into pieces that overlap, and the order in which neighbours are merged. */
const splits = fc.record({
  precision: fc.constantFrom(...PRECISIONS),
  seed: fc.nat(1_000_000),
  count: fc.oneof(fc.nat(40), fc.nat(3000), fc.integer({ min: 995, max: 1005 }), fc.integer({ min: 2452, max: 2462 })),
  cuts: fc.array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(60)), { maxLength: 7 }),
  order: fc.array(fc.nat(1000), { minLength: 8, maxLength: 8 }),
  flips: fc.array(fc.boolean(), { minLength: 8, maxLength: 8 }),
})

test('has the bytes of the set, for any order, split and merge tree', () => {
  fc.assert(
    fc.property(splits, ({ precision, seed, count, cuts, order, flips }) => {
      const set = elements(seed, count)
      const whole = sketchOf(precision, set).encode()
      const starts = [0, ...cuts.map(([share]) => Math.floor(share * count)).sort((a, b) => a - b), count]
      const pieces = starts.slice(1).map((end, i) => {
        const overlap = cuts[i]?.[1] ?? 0
        const piece = set.slice(Math.max(0, starts[i]! - overlap), end)
        return sketchOf(precision, flips[i] ? piece.reverse() : piece)
      })
      for (let step = 0; pieces.length > 1; step++) {
        const a = pieces.splice(order[step]! % pieces.length, 1)[0]!
        const i = order[7 - step]! % pieces.length
        const b = pieces[i]!
        const [into, from] = flips[step] ? [a, b] : [b, a]
        // A piece may have slept on disk.
        into.merge(step % 2 ? Sketch.decode(from.encode()) : from)
        pieces[i] = into
      }
      expect(pieces[0]!.encode()).toEqual(whole)
    }),
    { numRuns: 150 },
  )
})

const sets = fc.record({ seed: fc.nat(1_000_000), count: fc.oneof(fc.nat(40), fc.nat(3000)) })

test('merges the same both ways, any grouping, and with itself', () => {
  fc.assert(
    fc.property(fc.constantFrom(...PRECISIONS), sets, sets, sets, (precision, ...three) => {
      const [a, b, c] = three.map(({ seed, count }) => sketchOf(precision, elements(seed, count))) as [
        Sketch,
        Sketch,
        Sketch,
      ]
      const union = (x: Sketch, y: Sketch) => {
        const both = x.clone()
        both.merge(y)
        return both
      }
      expect(union(a, b).encode()).toEqual(union(b, a).encode())
      expect(union(union(a, b), c).encode()).toEqual(union(a, union(b, c)).encode())
      expect(union(a, a).encode()).toEqual(a.encode())
      expect(union(union(a, b), b).encode()).toEqual(union(a, b).encode())
      a.merge(a)
      expect(a.encode()).toEqual(sketchOf(precision, elements(three[0].seed, three[0].count)).encode())
    }),
    { numRuns: 60 },
  )
})

test('comes back from its bytes, also from the middle of others', () => {
  fc.assert(
    fc.property(fc.constantFrom(...PRECISIONS), sets, fc.boolean(), (precision, { seed, count }, daily) => {
      const sketch = sketchOf(precision, elements(seed, count))
      sketch.daily = daily
      const bytes = sketch.encode()
      const among = new Uint8Array(bytes.length + 10).fill(0xff)
      among.set(bytes, 7)
      const back = Sketch.decode(among.subarray(7, 7 + bytes.length))
      expect(back.encode()).toEqual(bytes)
      expect([back.precision, back.daily, back.isExact, back.count(), back.error]).toEqual([
        precision,
        daily,
        sketch.isExact,
        sketch.count(),
        sketch.error,
      ])
      // What came back goes on as if it had never left.
      for (const element of elements(seed + 1, 1200)) {
        sketch.add(element)
        back.add(element)
      }
      expect(back.encode()).toEqual(sketch.encode())
    }),
    { numRuns: 60 },
  )
})

test.each([1, 16, 17, 3000])('leaves the original of a clone alone, of %i', (count) => {
  const sketch = sketchOf(12, elements(4, count))
  const [bytes, clone] = [sketch.encode(), sketch.clone()]
  expect(clone.encode()).toEqual(bytes)
  clone.merge(sketchOf(12, elements(5, 50)))
  clone.daily = true
  expect(sketch.encode()).toEqual(bytes)
  expect(clone.encode()).not.toEqual(bytes)
})

test.each([
  [false, false, false],
  [false, true, true],
  [true, false, true],
  [true, true, true],
])('daily %s and %s is daily %s', (a, b, either) => {
  for (const count of [3, 3000]) {
    const [into, from] = [sketchOf(12, elements(6, count)), sketchOf(12, elements(7, count))]
    into.daily = a
    from.daily = b
    into.merge(from)
    expect(into.daily).toBe(either)
    expect(Sketch.decode(into.encode()).daily).toBe(either)
  }
})

test('refuses to merge another precision', () => {
  expect(() => new Sketch(12).merge(new Sketch(14))).toThrow(RangeError)
  expect(() => new Sketch(14).merge(sketchOf(12, elements(8, 3000)))).toThrow(RangeError)
})

test('names what a newer release wrote', () => {
  const bytes = sketchOf(12, [1, 2, 3]).encode()
  bytes[0] = VERSION + 1
  expect(() => Sketch.decode(bytes)).toThrow(NewerSketch)
  expect(() => Sketch.decode(bytes)).toThrow(/sketch of version 2; this release reads up to 1/)
})

test.each([
  ['nothing', []],
  ['another precision', [VERSION, 13]],
])('refuses %s', (_, bytes) => {
  expect(() => Sketch.decode(Uint8Array.from(bytes))).toThrow(RangeError)
})

describe('stands by its bytes for ever', () => {
  test('sparse', () => {
    const sketch = sketchOf(12, [0xfedcba9876, 0x0123456789, 5, 0x0123456789])
    expect(hex(sketch.encode())).toBe('010c' + '0000000005' + '0123456789' + 'fedcba9876')
    sketch.daily = true
    expect(hex(sketch.encode()).slice(0, 4)).toBe('018c')
  })

  test('dense, of registers reckoned by hand', () => {
    // Register 0 meets 1 (27 zeros, rank 28), 1 all zeros (rank 29), 2 a leading one (rank 1); all others a rank of 4.
    const ranks = [1, 2 ** 28, 2 * 2 ** 28 + 2 ** 27]
    const others = Array.from({ length: 4093 }, (_, i) => (i + 3) * 2 ** 28 + 2 ** 24)
    const bytes = hex(sketchOf(12, [...others, ...ranks]).encode())
    // 28, 29, 1, 4 are 011100 011101 000001 000100; 4, 4, 4, 4 are 000100 four times.
    expect(bytes).toBe('014c' + '71d044' + '104104'.repeat(1023))
  })

  test.each([
    [12, '7032d988f35d454b13afadcab18fac0f9dbb657740d84254541e04a3c2e40ef3'],
    [14, '7804616b90cc2d96c90a1014211ab1bd51cc6c63ef97ebaa2d3ee966105d3892'],
  ] as const)('dense, of 5,000 elements at precision %i', (precision, digest) => {
    const sketch = sketchOf(
      precision,
      Array.from({ length: 5000 }, (_, i) => (i * 0x9e3779b97) % 2 ** 40),
    )
    expect(sha256(sketch.encode())).toBe(digest)
  })
})
