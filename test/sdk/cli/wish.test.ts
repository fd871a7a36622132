import { expect, test } from 'vitest'
import { type Wished, wishOf } from '../../../sdk/cli/wish'

const NOW = Date.UTC(2026, 9, 21, 12)
const SECOND = NOW / 1000
const DAY = 86_400

test.each<[Wished, object]>([
  [{}, {}],
  [
    { type: 'order', order: true, slot: ['dollars=0..500'] },
    { type: 'order', slots: { dollars: [0, 500], order: 1 } },
  ],
  [{ slot: ['change=-2.5..-0.5'] }, { slots: { change: [-2.5, -0.5] } }],
  [{ dimension: ['sales=shop', 'note=a=b'] }, { dimensions: { sales: 'shop', note: 'a=b' } }],
  [{ dimension: ['{"sales":{"sku-7":"blue"}}', 'x=1'] }, { dimensions: { sales: { 'sku-7': 'blue' }, x: '1' } }],
  [{ metric: ['dollars=5', 'pieces=-1.5'] }, { metrics: { dollars: 5, pieces: -1.5 } }],
  [{ expires: '30d' }, { expires: SECOND + 30 * DAY }],
  [{ expires: '12h' }, { expires: SECOND + DAY / 2 }],
  [
    { expires: '2026-12-31', notBefore: '2026-12-31' },
    { expires: Date.UTC(2027, 0, 1) / 1000, notBefore: Date.UTC(2026, 11, 31) / 1000 },
  ],
  [{ expires: '2026-12-31T12:00+01:00' }, { expires: Date.UTC(2026, 11, 31, 11) / 1000 }],
  [
    { once: 'day', cap: '3', origin: ['a.example'], allowMissing: true },
    { once: 'day', cap: 3, origins: ['a.example'], allowMissing: true },
  ],
  [
    { refuseBots: true, name: 'may' },
    { refuseBots: true, name: 'may' },
  ],
])('%j wishes for %j', (options, wish) => {
  expect(wishOf(options, NOW)).toEqual(wish)
})

test.each<[Wished, RegExp]>([
  [{ dimension: ['sales'] }, /^--dimension must read name=value, not "sales"$/],
  [{ dimension: ['=x'] }, /^--dimension must read/],
  [{ dimension: ['{sales'] }, /^--dimension begins like JSON/],
  [{ metric: ['dollars'] }, /^--metric must read dollars=5/],
  [{ metric: ['dollars=many'] }, /^--metric dollars must be a finite number$/],
  [{ slot: ['dollars=5'] }, /^--slot dollars must be a range such as 0\.\.500, not "5"$/],
  [{ slot: ['dollars=5..0'] }, /^--slot dollars must be \[least, most\]; its least/],
  [{ slot: ['order=0..5'] }, /^--slot order must be 1/],
  [{ expires: 'soon' }, /^--expires must be a time from now \(12h, 30d, 8w\)/],
  [{ expires: '2026-02-31T00:00' }, /^--expires must be a time/],
  [{ expires: '2026-13-01' }, /^--expires must be a time/],
  [{ expires: '2026-10-20' }, /^--expires must lie ahead$/],
  [{ expires: '1d', notBefore: '2d' }, /^--not-before must lie before expires$/],
  [{ once: 'hour' }, /^--once must be "day"$/],
  [{ cap: 'one' }, /^--cap must be a whole number from 1 to/],
  [{ origin: ['a.example/b'] }, /^--origin must be a list of 1 to 20 hosts/],
  [{ allowMissing: true }, /^--allow-missing means something only beside origins$/],
  [{ name: '' }, /^--name must be a text/],
])('%j is a mistake, told as %s', (options, words) => {
  expect(() => wishOf(options, NOW)).toThrow(words)
})
