import { expect, test } from 'vitest'
import { madeSite, view } from '../objects'

test('knows a replay of what waited for its commit while a reset was told', async () => {
  const { hail, total } = await madeSite()
  // Some company, so that a commit waits for more.
  for (let i = 0; i < 5; i++) await hail().append([view(i)])
  const sent = hail().append([view(10)])
  await hail().forget({ id: 'reset', scope: { type: 'elsewhere' } })
  const [first, second] = await Promise.all([sent, hail().append([view(10)])])
  expect([first.duplicates, second.duplicates]).toEqual([[false], [true]])
  expect(await hail().append([view(10)])).toEqual({ duplicates: [true] })
  expect(await total()).toBe(6)
})
