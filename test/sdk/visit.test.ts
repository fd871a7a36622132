import { describe, expect, test } from 'vitest'
import { isOn, type Session, visit } from '../../sdk/visit'
import { FLAG } from '../../sdk/wire/event'

const MINUTE = 60_000
const NOW = Date.UTC(2026, 9, 21, 12)
const NEVER: Session = [0, 0, 0, 0, '', '', '']
const ALL = FLAG.day | FLAG.week | FLAG.month | FLAG.quarter | FLAG.year

const at = (now: number, path = '/here', referrer = ''): Session => [now, now, now, 1, path, path, referrer]
const look = (before: Session, fresh: Session, offset = 0) => visit(before, fresh, offset)

describe('the first view ever', () => {
  const [session, saying] = look(NEVER, at(NOW, '/', 'news.example/'))

  test('begins a session and is the first of everything', () => {
    expect(saying).toEqual(['p', FLAG.session | FLAG.ever | ALL, 0, '', '/'])
  })

  test('is remembered with what brought it', () => {
    expect(session).toEqual([NOW, NOW, NOW, 1, '/', '/', 'news.example/'])
  })
})

describe('a session', () => {
  const first = at(NOW, '/entry', 'news.example/')

  test('has a second view, which tells its age, the view before and the entry', () => {
    const [session, saying] = look(first, at(NOW + 90_400, '/second'))
    expect(saying).toEqual(['p', FLAG.second, 90, '/entry', '/entry'])
    expect(session).toEqual([NOW + 90_400, NOW + 90_400, NOW, 2, '/entry', '/second', 'news.example/'])
  })

  test('has a third view, which is the first of nothing', () => {
    const [second] = look(first, at(NOW + MINUTE, '/second'))
    const [, saying] = look(second, at(NOW + 2 * MINUTE, '/third'))
    expect(saying).toEqual(['p', 0, 120, '/second', '/entry'])
  })

  test('keeps what brought it, whatever brings a later view', () => {
    const [session] = look(first, at(NOW + MINUTE, '/', 'other.example/'))
    expect(session[6]).toBe('news.example/')
  })

  test('is over after thirty minutes without a sign', () => {
    expect(isOn(first, NOW + 30 * MINUTE - 1)).toBe(true)
    const [session, saying] = look(first, at(NOW + 30 * MINUTE, '/again', ''))
    expect(saying).toEqual(['p', FLAG.session, 0, '', '/again'])
    expect(session).toEqual(at(NOW + 30 * MINUTE, '/again'))
  })

  test('goes on where other signs came in between', () => {
    const [, ...rest] = first
    const seen: Session = [NOW + 29 * MINUTE, ...rest]
    expect(look(seen, at(NOW + 58 * MINUTE))[1]).toEqual(['p', FLAG.second, 58 * 60, '/entry', '/entry'])
  })

  test('never tells a negative age, though a clock be set back', () => {
    expect(look(first, at(NOW - MINUTE))[1][2]).toBe(0)
  })

  test('is over where a clock was set back for longer than it lasts', () => {
    expect(isOn(first, NOW - 31 * MINUTE)).toBe(false)
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
  ])('%s', (_, offset, before, now, flags) => {
    const [from, to] = [local(before, offset), local(now, offset)]
    const [, saying] = look([to - MINUTE, from, from, 5, '/', '/', ''], at(to), offset)
    expect(saying[1]).toBe(flags)
  })
})
