import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { pod } from '../../../worker/env'
import { Directory } from '../../../worker/pod/directory'
import { madeSite } from '../objects'

const MINUTE = 60_000

test('a grant that is revoked is known at once to the isolate that asks, and within a minute to every other', async () => {
  const { site } = await madeSite()
  const now = Date.now()
  const [here, there] = [new Directory(), new Directory()]
  const revokedAt = async (directory: Directory, at: number) => (await directory.site(env, site.site, at))?.revoked
  expect([await revokedAt(here, now), await revokedAt(there, now)]).toEqual([[], []])

  await pod(env).grant(site.site, { id: 'abc', kind: 'share', expires: 0, about: { url: '' } })
  expect(await pod(env).revoke(site.site, 'pixel', 'abc')).toBe(false)
  expect(await pod(env).revoke(site.site, 'share', 'abc')).toBe(true)
  await here.refresh(env, now)
  expect(await revokedAt(here, now)).toEqual(['abc'])
  expect(await revokedAt(there, now + MINUTE + 1)).toEqual(['abc'])
})
