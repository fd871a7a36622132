import { expect, test } from 'vitest'
import type { Note } from '../../../sdk/wire/note'
import type { Entry } from '../../../worker/hail/log'
import type { Notes } from '../../../worker/whale/slice'
import { madeSite, view } from '../objects'

const AT = 1_790_000_000_000
const exposed = (id: string, more: Partial<Extract<Note, { kind: 'exposure' }>> = {}): Note => ({
  kind: 'exposure',
  decision: 'page',
  option: 'b',
  id,
  at: AT,
  ...more,
})

/** Dimensions nest without end, and so would the types of what a stub answers. */
const told = (stub: unknown, after = 0): Promise<Notes> =>
  (stub as { notes(after: number): Promise<Notes> }).notes(after)

/** An entry of one event that tells a note. */
function entry(number: number, note: Note): Entry {
  const event = { at: AT, type: 'decision.page.b', dimensions: { country: 'SE' }, metrics: { hits: 1 }, note }
  return { ...view(number), text: JSON.stringify([event]) }
}

test('tells the notes after a position, in the order of the log', async () => {
  const { hail } = await madeSite()
  await hail().append([view(1)])
  await hail().append([entry(2, exposed('one')), entry(3, exposed('two'))])
  await hail().append([entry(4, exposed('three'))])
  const all = await told(hail(), 0)
  expect(all.notes.map(({ note }) => (note as { id: string }).id)).toEqual(['one', 'two', 'three'])
  expect(all.from).toBe(0)
  const [first, , last] = all.notes
  expect(last!.position).toBe(all.to)
  expect((await told(hail(), first!.position)).notes).toEqual([last])
  expect((await told(hail(), all.to)).notes).toEqual([])
})

test('says what was known of the visitor where the note does not', async () => {
  const { hail } = await madeSite()
  await hail().append([entry(1, exposed('own')), entry(2, exposed('told', { context: ['NO'] }))])
  const { notes } = await told(hail(), 0)
  expect(notes[0]).toMatchObject({ at: AT, dimensions: { country: 'SE' } })
  expect(notes[1]).not.toHaveProperty('dimensions')
})

test('tells a note once, however often its event comes', async () => {
  const { hail } = await madeSite()
  for (let i = 0; i < 3; i++) await hail().append([entry(1, exposed('one'))])
  expect((await told(hail(), 0)).notes).toHaveLength(1)
})

test('makes nothing where there was nothing', async () => {
  const { hail } = await madeSite()
  expect(await told(hail(), 0)).toEqual({ from: 0, to: 0, notes: [] })
  expect(await hail().status()).toMatchObject({ last: 0 })
})
