import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { line } from '../../../sdk/chart/line'
import { sheetOf } from '../../../sdk/chart/theme'
import type { Graph, Interval, Point, Series } from '../../../sdk/wire/query'

const HOUR = 3_600_000
const NOON = Date.UTC(2026, 10, 21, 12)

const series = (points: Point[], name = 'SE'): Series => ({
  dimension: ['country', name],
  metric: 'hits',
  total: points.reduce((total, [, value]) => total + value, 0),
  points,
})

const hours = (count: number, value = (i: number) => i): Point[] =>
  Array.from({ length: count }, (_, i) => [NOON - (count - 1 - i) * HOUR, value(i)])

const graph = (all: Series[], more: Partial<Graph> = {}): Graph => ({
  site: 1,
  type: 'pageview',
  interval: 'hour',
  timezone: 'UTC',
  from: NOON - 23 * HOUR,
  to: NOON + HOUR,
  series: all,
  ...more,
})

const SIZE = { width: 640, height: 240 }
const texts = (svg: string): string[] => [...svg.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map(([, text]) => text!)
const count = (svg: string, part: string | RegExp): number => svg.split(part).length - 1

/** Every tag closed in order, no stray `<` or `&`, and no character that XML forbids. */
function isWellFormed(svg: string): boolean {
  const open: string[] = []
  // eslint-disable-next-line no-control-regex
  if (/[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/.test(svg) || !svg.isWellFormed()) return false
  const rest = svg.replace(
    /<(\/?)([a-zA-Z]+)((?:\s+[a-zA-Z0-9:-]+="[^"<]*")*)\s*(\/?)>/g,
    (_, close, name, __, self) => {
      if (close) return open.pop() === name ? '' : '<'
      if (!self) open.push(name)
      return ''
    },
  )
  return open.length === 0 && !rest.includes('<') && !/&(?!(amp|lt|gt|quot|#39);)/.test(rest)
}

describe('a line graph', () => {
  test('is one image with a name and a description', () => {
    const svg = line(graph([series(hours(24))]), { ...SIZE, title: 'Views' })
    expect(svg).toMatch(/^<svg [^>]*role="img"/)
    const [, title, description] = /aria-labelledby="(\S+) (\S+)"/.exec(svg)!
    expect(svg).toContain(`<title id="${title}">Views</title>`)
    expect(svg).toContain(`<desc id="${description}">`)
    expect(svg).toContain('hits: 276 in total, 23 at the most in one hour')
    expect(isWellFormed(svg)).toBe(true)
  })

  test('fetches nothing and runs nothing', () => {
    const svg = line(graph([series(hours(24))]), SIZE)
    expect(svg.replace('http://www.w3.org/2000/svg', '')).not.toMatch(/https?:|script|@import|url\((?!#)|\son\w+=/)
  })

  test('escapes whatever was counted', () => {
    const hostile = `<script>alert("x")</script>&'\u0000\ufffe\ud800`
    const svg = line(graph([series(hours(3), hostile), series(hours(3), ']]>')]), { ...SIZE, title: hostile })
    expect(svg).not.toContain('<script')
    expect(isWellFormed(svg)).toBe(true)
  })

  test('stays well formed and finite for any names and numbers', () => {
    const value = fc.double({ noNaN: true, min: -1e15, max: 1e15 })
    const many = fc.array(
      fc.record({ name: fc.string({ unit: 'binary' }), values: fc.array(value, { maxLength: 30 }) }),
      { maxLength: 12 },
    )
    fc.assert(
      fc.property(many, fc.integer({ min: 120, max: 900 }), fc.integer({ min: 60, max: 400 }), (all, width, height) => {
        const svg = line(
          graph(
            all.map(({ name, values }) =>
              series(
                hours(values.length, (i) => values[i]!),
                name,
              ),
            ),
          ),
          { width, height, title: all[0]?.name ?? '' },
        )
        expect(isWellFormed(svg)).toBe(true)
        expect(svg.replace(/<(title|desc|text)[^>]*>[^<]*/g, '')).not.toMatch(/NaN|Infinity|undefined/)
      }),
    )
  })

  test.each([
    ['no series', []],
    ['a series without points', [series([])]],
    ['zeros alone', [series(hours(24, () => 0))]],
  ])('says that nothing was counted for %s', (_, all) => {
    expect(texts(line(graph(all), SIZE))).toContain('Nothing counted yet')
  })

  test('draws one bucket as a dot', () => {
    const svg = line(graph([series(hours(1, () => 5))]), SIZE)
    expect(count(svg, '<circle')).toBe(1)
    expect(texts(svg)).not.toContain('Nothing counted yet')
  })

  test.each<[Interval, string, number, number, boolean]>([
    ['hour', 'UTC', NOON, NOON + HOUR / 2, true],
    ['hour', 'UTC', NOON, NOON + HOUR, false],
    // The day that loses an hour is over after 23.
    ['day', 'Europe/Stockholm', Date.UTC(2026, 2, 28, 23), Date.UTC(2026, 2, 29, 22), false],
    ['day', 'Europe/Stockholm', Date.UTC(2026, 2, 28, 23), Date.UTC(2026, 2, 29, 21, 59), true],
    ['month', 'UTC', Date.UTC(2026, 1, 1), Date.UTC(2026, 2, 1), false],
    ['month', 'UTC', Date.UTC(2026, 0, 1), Date.UTC(2026, 0, 31), true],
  ])('dots the last %s in %s only while it is being counted', (interval, timezone, start, to, isOpen) => {
    const points: Point[] = [
      [start - 40 * 24 * HOUR, 3],
      [start - 20 * 24 * HOUR, 4],
      [start, 5],
    ]
    const svg = line(graph([series(points)], { interval, timezone, to }), SIZE)
    expect(svg.includes('class="g-line g-open"')).toBe(isOpen)
    const [, shade = ''] = /<path fill="url[^"]*" d="([^"]*)"/.exec(svg)!
    expect(shade.match(/M/g)).toHaveLength(isOpen ? 2 : 1)
  })

  test('shades one series and names several', () => {
    const one = line(graph([series(hours(24))]), SIZE)
    expect(one).toContain('linearGradient')
    expect(texts(one)).not.toContain('country › SE')
    const two = line(graph([series(hours(24)), series(hours(24), 'DE')]), SIZE)
    expect(two).not.toContain('linearGradient')
    expect(texts(two)).toEqual(expect.arrayContaining(['country › SE', 'country › DE']))
    expect(texts(line(graph([series(hours(24)), series(hours(24), 'DE')]), { ...SIZE, labels: ['Sweden'] }))).toEqual(
      expect.arrayContaining(['Sweden', 'country › DE']),
    )
  })

  test('names a metric where metrics differ', () => {
    const both = [series(hours(3)), { ...series(hours(3)), metric: 'dollars' }]
    expect(texts(line(graph(both), SIZE))).toEqual(expect.arrayContaining(['hits', 'dollars']))
  })

  test('follows the reader, or keeps to one theme', () => {
    expect(line(graph([]), SIZE)).toContain('@media(prefers-color-scheme:dark)')
    expect(line(graph([]), { ...SIZE, theme: 'dark' })).not.toContain('prefers-color-scheme')
    expect(line(graph([]), { ...SIZE, theme: 'dark' })).not.toBe(line(graph([]), { ...SIZE, theme: 'light' }))
  })

  test.each<Graph>([
    graph([series(hours(24))]),
    graph([series(hours(1))]),
    graph([series(hours(24)), series(hours(3), 'DE')]),
  ])('gives no element a style of its own, and none at all where a page brings the sheet', (each) => {
    expect(line(each, SIZE)).not.toContain(' style=')
    const bare = line(each, { ...SIZE, bare: true })
    expect(bare).not.toContain('style')
    for (const [, name] of bare.matchAll(/class="[^"]*?(g-\w+)"/g)) expect(sheetOf('auto')).toContain(`.${name}{`)
  })

  test('is the same text for the same question, and has ids of its own for another', () => {
    const idOf = (svg: string) => /id="(\S+)-t"/.exec(svg)![1]
    expect(line(graph([series(hours(3))]), SIZE)).toBe(line(graph([series(hours(3))]), SIZE))
    expect(idOf(line(graph([series(hours(3))]), SIZE))).not.toBe(idOf(line(graph([series(hours(4))]), SIZE)))
  })

  test('puts every text inside a phone', () => {
    const svg = line(
      graph([
        series(
          hours(400, (i) => i * 1_000_000),
          'a'.repeat(200),
        ),
        series(hours(400)),
      ]),
      { width: 340, height: 200, title: 'word '.repeat(40) },
    )
    for (const [, x] of svg.matchAll(/<text[^>]* x="(-?[\d.]+)"/g)) expect(Number(x)).toBeGreaterThanOrEqual(0)
    for (const [, x] of svg.matchAll(/<text[^>]* x="(-?[\d.]+)"/g)) expect(Number(x)).toBeLessThanOrEqual(340)
    expect(svg).toContain('…')
  })
})
