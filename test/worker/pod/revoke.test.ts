import { runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { pod } from '../../../worker/env'
import { Directory } from '../../../worker/pod/directory'
import { type Grant, MORE_REVOKED_SHARES, MOST_GRANTS, MOST_REVOKED } from '../../../worker/pod/grants'
import { madeSite, query } from '../objects'

const NOW = Date.UTC(2027, 0, 1)
const SECOND = NOW / 1000
const DAY = 24 * 3600

let made = 0
/** Sixteen characters, as twelve bytes have in base64url. */
const nextId = () => `id${String(++made).padStart(14, '0')}`
const grant = (changes: Partial<Grant> = {}): Grant => ({
  id: nextId(),
  kind: 'pixel',
  expires: 0,
  about: { url: 'https://count.example/p/x.gif' },
  ...changes,
})

async function revoked(site: number): Promise<string[]> {
  const { changed } = await pod(env).changes(0)
  return changed.find((each) => each.site === site)?.settings?.revoked ?? []
}

test('revokes what is on the list, and takes it off', async () => {
  const { site } = await madeSite()
  const pixel = grant()
  await pod(env).grant(site.site, pixel, NOW)
  expect(await pod(env).revoke(site.site, 'pixel', pixel.id, NOW)).toBe('revoked')
  expect(await pod(env).grants(site.site, 'pixel')).toEqual([])
  expect(await revoked(site.site)).toEqual([pixel.id])
})

test('revokes a pixel that was minted elsewhere, once however often it is asked', async () => {
  const { site } = await madeSite()
  const id = nextId()
  for (let i = 0; i < 3; i++) expect(await pod(env).revoke(site.site, 'pixel', id, NOW)).toBe('revoked')
  expect(await revoked(site.site)).toEqual([id])
})

test.each([
  ['pixel', 'short'],
  ['pixel', 'with spaces here'],
  ['pixel', 'x'.repeat(17)],
  ['share', 'AAAAAAAAAAAAAAAA'],
] as const)('knows no %s "%s"', async (kind, id) => {
  const { site } = await madeSite()
  expect(await pod(env).revoke(site.site, kind, id, NOW)).toBe('unknown')
  expect(await revoked(site.site)).toEqual([])
})

test('lets nobody who may revoke pixels end a share by its id', async () => {
  const { site } = await madeSite()
  const share = grant({ kind: 'share' })
  await pod(env).grant(site.site, share, NOW)
  expect(await pod(env).revoke(site.site, 'pixel', share.id, NOW)).toBe('unknown')
  expect(await revoked(site.site)).toEqual([])
})

test('carries a full list no further, until something on it expires', async () => {
  const { site } = await madeSite()
  const ending = grant({ expires: SECOND + DAY })
  await pod(env).grant(site.site, ending, NOW)
  await pod(env).revoke(site.site, 'pixel', ending.id, NOW)
  await pod(env).update(site.site, { revoked: [...Array.from({ length: MOST_REVOKED - 1 }, nextId), ending.id] }, {})
  const one = nextId()
  expect(await pod(env).revoke(site.site, 'pixel', one, NOW)).toBe('full')
  // A refusal changes nothing: what is on the list is revoked still, and can be asked for again.
  expect(await pod(env).revoke(site.site, 'pixel', ending.id, NOW)).toBe('revoked')
  expect(await revoked(site.site)).toHaveLength(MOST_REVOKED)

  const later = NOW + 2 * DAY * 1000
  expect(await pod(env).revoke(site.site, 'pixel', one, later)).toBe('revoked')
  const left = await revoked(site.site)
  expect(left).toHaveLength(MOST_REVOKED)
  expect(left).not.toContain(ending.id)
  expect(left).toContain(one)
  expect(await query(pod(env), `SELECT id FROM revoked WHERE site = ${site.site}`)).toEqual([])
})

test('ends a share though the list is full of pixels, which a write key alone may have put there', async () => {
  const { site } = await madeSite()
  const shares = Array.from({ length: MORE_REVOKED_SHARES + 1 }, () => grant({ kind: 'share' }))
  for (const share of shares) await pod(env).grant(site.site, share, NOW)
  await pod(env).update(site.site, { revoked: Array.from({ length: MOST_REVOKED }, nextId) }, {})
  expect(await pod(env).revoke(site.site, 'pixel', nextId(), NOW)).toBe('full')
  const told: string[] = []
  for (const { id } of shares) told.push(await pod(env).revoke(site.site, 'share', id, NOW))
  expect(told).toEqual([...shares.slice(1).map(() => 'revoked'), 'full'])
})

test('lists so many and no more: what has expired makes room', async () => {
  const { site } = await madeSite()
  await runInDurableObject(pod(env), (_, { storage }) => {
    const fill = `INSERT INTO grants SELECT 'full ' || value, ?, 'pixel', ?, '{}' FROM json_each(?)`
    const numbers = JSON.stringify(Array.from({ length: MOST_GRANTS }, (__, i) => i))
    storage.sql.exec(fill, site.site, SECOND + DAY, numbers)
  })
  expect(await pod(env).grant(site.site, grant(), NOW)).toBe(false)
  expect(await pod(env).grant(site.site, grant({ kind: 'share' }), NOW)).toBe(true)
  expect(await pod(env).grant(site.site, grant(), NOW + 2 * DAY * 1000)).toBe(true)
  expect(await pod(env).grants(site.site, 'pixel')).toHaveLength(1)
})

test('leaves nothing of a site that is deleted', async () => {
  const { site } = await madeSite()
  const pixel = grant({ expires: SECOND + DAY })
  await pod(env).grant(site.site, pixel, NOW)
  await pod(env).revoke(site.site, 'pixel', pixel.id, NOW)
  await pod(env).remove(site.site)
  expect(await query(pod(env), `SELECT id FROM revoked WHERE site = ${site.site}`)).toEqual([])
})

test('is heard of by every isolate within a minute', async () => {
  const { site } = await madeSite()
  const elsewhere = new Directory()
  await elsewhere.refresh(env, NOW)
  const id = nextId()
  await pod(env).revoke(site.site, 'pixel', id, NOW)
  const heard = async (seconds: number) =>
    (await elsewhere.site(env, site.site, NOW + seconds * 1000))?.revoked.includes(id)
  expect([await heard(30), await heard(61)]).toEqual([false, true])
})
