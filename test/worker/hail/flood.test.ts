import { expect, test } from 'vitest'
import { Flood, PER_DAY, PER_HOUR } from '../../../worker/hail/flood'
import { madeSite, view, views } from '../objects'

const HOUR = 3_600_000
const NOW = Date.UTC(2026, 9, 21)

/** How many of so many are taken. */
function taken(gate: Flood, count: number, now: number, sender?: number): number {
  const entry = { ...view(1), ...(sender !== undefined && { sender }) }
  return Array.from({ length: count }, () => gate.refuse(entry, now)).filter((reason) => !reason).length
}

test('takes so much of one visitor in an hour, evenly after that, and of another as before', () => {
  const gate = new Flood()
  expect(taken(gate, PER_HOUR + 500, NOW, 7)).toBe(PER_HOUR)
  expect(taken(gate, 500, NOW, 8)).toBe(500)
  expect(taken(gate, PER_HOUR, NOW + HOUR / 2, 7)).toBe(PER_HOUR / 2)
})

test('takes so much of one visitor in a day, however patient', () => {
  const gate = new Flood()
  let sum = 0
  for (let hour = 0; hour < 24; hour++) sum += taken(gate, PER_HOUR + 1, NOW + hour * HOUR, 7)
  // What was had at once, and what grew back in 23 hours.
  expect(sum).toBe(PER_DAY + Math.floor((PER_DAY * 23) / 24))
})

test('takes all of whom nobody can tell apart', () => {
  expect(taken(new Flood(), 2 * PER_DAY, NOW)).toBe(2 * PER_DAY)
})

test('says why', () => {
  const gate = new Flood()
  taken(gate, PER_HOUR, NOW, 7)
  expect(gate.refuse({ ...view(1), sender: 7 }, NOW)).toBe('flood')
})

test('takes back what was not committed', () => {
  const gate = new Flood()
  taken(gate, PER_HOUR, NOW, 7)
  gate.back(views(0, 3).map((entry) => ({ ...entry, sender: 7 })))
  expect(taken(gate, 10, NOW, 7)).toBe(3)
})

test('refuses in a Hail, where what was counted is still a duplicate and others count', {
  timeout: 60_000,
}, async () => {
  const { hail, total } = await madeSite()
  const from = (sender: number, first: number, count: number) =>
    views(first, count).map((entry) => ({ ...entry, sender }))
  for (let first = 0; first < PER_HOUR; first += 1_000) {
    expect(await hail().append(from(7, first, 1_000))).not.toHaveProperty('refused')
  }
  const { duplicates, refused = {} } = await hail().append([
    ...from(7, PER_HOUR - 2, 2),
    ...from(7, PER_HOUR, 1_000),
    ...from(8, PER_HOUR + 1_000, 1),
  ])
  expect(duplicates.slice(0, 3)).toEqual([true, true, false])
  // While it ran a few became free again: five or six in each second.
  expect(Object.values(refused).length).toBeGreaterThan(100)
  expect(new Set(Object.values(refused))).toEqual(new Set(['flood']))
  expect(refused[1_002]).toBeUndefined()
  expect(await total()).toBe(PER_HOUR + 1_001 - Object.values(refused).length)
})
