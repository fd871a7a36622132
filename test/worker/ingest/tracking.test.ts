import { expect, test } from 'vitest'
import { type Told, trackingOf } from '../../../worker/ingest/tracking'

const AT = 1_800_000_000_000
const SOME: Told = { namespace: 'shop', experiment: 'a.b:c', variant: 'red', event: 'participate', uuid: 'ada' }

test('taking part is a decision, and a goal is a reward that hits nothing', async () => {
  const { event: part } = await trackingOf(SOME, AT)
  expect(part).toEqual({
    at: AT,
    type: 'gimel.a_b_c.red',
    dimensions: { namespace: 'shop' },
    metrics: { hits: 1, decisions: 1 },
    note: { kind: 'track', ...SOME, uuid: expect.stringMatching(/^[\w-]{11}$/) },
  })
  const { event: goal } = await trackingOf({ ...SOME, event: 'bought' }, AT)
  expect(goal).toMatchObject({
    dimensions: { namespace: 'shop', goal: 'bought' },
    metrics: { hits: 0, rewards: 1 },
    note: { event: 'bought' },
  })
})

test('the same is known again at any time, and what differs in anything is another', async () => {
  const others: Partial<Told>[] = [
    {},
    { uuid: 'bob' },
    { event: 'bought' },
    { variant: 'blue' },
    { namespace: 'shop2' },
    { experiment: 'a.b' },
    { variant: 're', uuid: 'dada' },
    { namespace: 'shop/a.b', experiment: 'c' },
  ]
  const made = await Promise.all(others.map((told) => trackingOf({ ...SOME, ...told }, AT)))
  expect(new Set(made.map(({ id }) => id)).size).toBe(others.length)
  const uuids = made.map(({ event }) => (event.note?.kind === 'track' ? event.note.uuid : ''))
  expect(new Set(uuids).size).toBe(others.length)
  expect((await trackingOf(SOME, AT + 1)).id).toBe(made[0]!.id)
})
