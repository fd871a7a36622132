/** HailWhale's shapes name dimensions by text: no sender may put a number of its own in another's place. */
import { expect, test } from 'vitest'
import { call, makeSite } from './api'
import { startServer } from './server'

test('a dimension called `_` or like a list does not stand for the root or a path', async () => {
  const server = await startServer()
  const { site, keys } = await makeSite(server)
  const count = (event: object) => call(server, 'POST', '/count', event, keys.write)
  await count({ type: 'x', dimensions: { country: { SE: 'AB' } }, metrics: { hits: 70 } })
  await count({ type: 'x', dimensions: { _: 'y' }, metrics: { hits: 1 } })
  await count({ type: 'x', dimensions: { '["country","SE"]': 'z' }, metrics: { hits: 2 } })
  const { body } = await call<Record<string, { hits: [number, number][] }>>(
    server,
    'GET',
    `/plotpoints?site=${site}&type=x&depth=2&limit=100&period=24h`,
  )
  const sum = (name: string) => body[name]!.hits.reduce((total, [, value]) => total + value, 0)
  expect([sum('_'), sum('["country","SE"]')]).toEqual([73, 70])
  const { body: totals } = await call<Record<string, Record<string, { hits: number }>>>(
    server,
    'GET',
    `/totals?site=${site}&type=x&depth=2&limit=100&period=24h`,
  )
  expect([totals['24h']!._!.hits, totals['24h']!['["country","SE"]']!.hits]).toEqual([73, 70])
})
