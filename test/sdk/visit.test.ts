import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { FLAG, type Saying } from '../../sdk/wire/event'

const MINUTE = 60_000
const NOW = Date.UTC(2026, 9, 21, 12)
const ALL = FLAG.day | FLAG.week | FLAG.month | FLAG.quarter | FLAG.year

/** A browser's storage, which stays from page to page. */
let storage: Record<string, unknown>
beforeEach(() => {
  vi.useFakeTimers()
  storage = { getItem: () => null }
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

/** A page at a moment, loaded anew. */
async function load(now: number, path = '/here', { referrer = '', offset = 0 } = {}) {
  vi.setSystemTime(now)
  vi.resetModules()
  vi.stubGlobal('localStorage', storage)
  vi.stubGlobal('location', new URL(`https://shop.example${path}`))
  vi.stubGlobal('document', { referrer })
  const { tell } = await import('../../sdk/tag')
  tell([0, 0, '', offset, '/p/', 3, now], {}, '')
  await (await import('../../sdk/state')).open()
  return import('../../sdk/visit')
}

const view = async (...page: Parameters<typeof load>): Promise<Saying> => (await load(...page)).visit()
const session = (): unknown[] => JSON.parse(String(storage['graupel'])).slice(4)

describe('the first view ever', () => {
  test('begins a session and is the first of everything', async () => {
    expect(await view(NOW, '/')).toEqual(['p', FLAG.session | FLAG.ever | ALL, 0, '', '/'])
  })

  test('is remembered with what brought it', async () => {
    await view(NOW, '/', { referrer: 'https://news.example/item?id=1' })
    expect(session()).toEqual([NOW, 1, '/', '/', 'news.example/item'])
  })
})

describe('a session', () => {
  beforeEach(() => view(NOW, '/entry', { referrer: 'https://news.example/' }))

  test('has a second view, which tells its age, the view before and the entry', async () => {
    expect(await view(NOW + 90_400, '/second')).toEqual(['p', FLAG.second, 90, '/entry', '/entry'])
    expect(session()).toEqual([NOW, 2, '/entry', '/second', 'news.example/'])
  })

  test('has a third view, which is the first of nothing', async () => {
    await view(NOW + MINUTE, '/second')
    expect(await view(NOW + 2 * MINUTE, '/third')).toEqual(['p', 0, 120, '/second', '/entry'])
  })

  test('keeps what brought it, whatever brings a later view', async () => {
    await view(NOW + MINUTE, '/', { referrer: 'https://other.example/' })
    expect(session().at(-1)).toBe('news.example/')
  })

  test('is over after thirty minutes without a sign', async () => {
    expect(await view(NOW + 30 * MINUTE, '/again')).toEqual(['p', FLAG.session, 0, '', '/again'])
    expect(session()).toEqual([NOW + 30 * MINUTE, 1, '/again', '/again', ''])
  })

  test('goes on a moment before', async () => {
    expect((await view(NOW + 30 * MINUTE - 1))[1]).toBe(FLAG.second)
  })

  test('goes on where other signs came in between', async () => {
    storage['graupel'] = JSON.stringify(JSON.parse(String(storage['graupel'])).with(2, NOW + 29 * MINUTE))
    expect(await view(NOW + 58 * MINUTE)).toEqual(['p', FLAG.second, 58 * 60, '/entry', '/entry'])
  })

  test('is over where a clock was set back for longer than it lasts', async () => {
    const { isOn } = await load(NOW - 31 * MINUTE)
    expect(isOn()).toBe(false)
  })

  test('that begins on an open page hours later was brought by nothing', async () => {
    const { visit } = await load(NOW + 60 * MINUTE, '/app', { referrer: 'https://other.example/' })
    visit()
    vi.setSystemTime(NOW + 120 * MINUTE)
    visit()
    expect(session().at(-1)).toBe('')
  })
})

describe('where nothing is kept', () => {
  test('a view says only whether it is the first of its page load', async () => {
    storage = {}
    const { visit } = await load(NOW, '/', { referrer: 'https://news.example/' })
    expect([visit(), visit()]).toEqual([
      ['p', 1],
      ['p', 0],
    ])
  })
})

/** The calendar: local times by an offset, and which periods begin between them. */
describe('a view is the first', () => {
  const { day, week, month, quarter, year } = FLAG
  const local = (text: string, offset: number) => Date.parse(`${text}Z`) - offset * MINUTE

  test.each([
    ['of nothing on the same day', 0, '2026-10-21T00:00', '2026-10-21T23:59', 0],
    ['of the day', 0, '2026-10-21T23:59', '2026-10-22T00:00', day],
    ['of the day, after noon to noon', 0, '2026-10-20T12:00', '2026-10-21T12:00', day],
    ['of the week on Monday', 0, '2026-10-18T23:59', '2026-10-19T00:00', day | week],
    ['of the day only on Sunday', 0, '2026-10-17T23:59', '2026-10-18T00:00', day],
    ['of the month', 0, '2026-10-31T23:59', '2026-11-01T00:00', day | month],
    ['of a quarter', 0, '2026-06-30T23:59', '2026-07-01T00:00', day | month | quarter],
    ['of a year in the midst of a week', 0, '2026-12-31T23:59', '2027-01-01T00:00', day | month | quarter | year],
    ['of all, where the year begins on Monday', 0, '2023-12-31T23:59', '2024-01-01T00:00', ALL],
    ['of ISO week 1, which began last year', 0, '2025-12-28T23:59', '2025-12-29T00:00', day | week],
    ['of the day after a leap day', 0, '2028-02-28T23:59', '2028-02-29T00:00', day],
    ['of the month after a leap day', 0, '2028-02-29T23:59', '2028-03-01T00:00', day | month],
    ['of day, week and year a year later', 0, '2025-10-21T12:00', '2026-10-21T12:00', ALL],
    ['of the day in Kolkata', 330, '2026-10-21T23:59', '2026-10-22T00:00', day],
    ['of nothing in Kolkata when Greenwich has midnight', 330, '2026-10-21T05:29', '2026-10-21T05:30', 0],
    ['of the year in St. John’s', -210, '2026-12-31T23:59', '2027-01-01T00:00', day | month | quarter | year],
    ['of nothing in St. John’s when Greenwich has a new year', -210, '2026-12-31T20:29', '2026-12-31T20:31', 0],
    ['of the week in Auckland', 780, '2026-11-01T23:59', '2026-11-02T00:00', day | week],
  ])('%s', async (_, minutes, before, now, flags) => {
    const [from, to] = [local(before, minutes), local(now, minutes)]
    const offset = minutes * MINUTE
    await view(from, '/', { offset })
    await view(from, '/', { offset })
    // The session goes on, so that its flags are none.
    storage['graupel'] = JSON.stringify(JSON.parse(String(storage['graupel'])).with(2, to))
    expect((await view(to, '/', { offset }))[1]).toBe(flags)
  })
})
