import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, inject, test } from 'vitest'
import { heardOf, ownOf, urlOf } from './heard'

const URL_BUDGET = 260
/** What the script itself chooses: all of the request but what this browser says of itself and its languages. */
const OWN_BUDGET = 420

test('a view is one GET without preflight, and hardly more than a browser says by itself', async () => {
  const { counted } = await heardOf(readFileSync(join(inject('built'), 'beacon.txt'), 'utf8'))
  expect(counted).toHaveLength(1)
  const [view] = counted as [string]
  expect(view).toMatch(/^GET \/p\/[\w-]+ HTTP\/1\.1\r\n/)
  expect(urlOf(view).length).toBeLessThanOrEqual(URL_BUDGET)
  const names = view
    .split('\r\n')
    .slice(1, -2)
    .map((line) => line.split(':')[0]!.toLowerCase())
  expect(names.toSorted()).toEqual(
    ['accept', 'accept-encoding', 'accept-language', 'connection', 'host', 'origin', 'user-agent'].filter((name) =>
      names.includes(name),
    ),
  )
  const own = ownOf(view)
  console.log(
    `a view is ${view.length} bytes, of which the browser’s name and languages are ${view.length - own.length}`,
  )
  expect(own.length).toBeLessThanOrEqual(OWN_BUDGET)
})
