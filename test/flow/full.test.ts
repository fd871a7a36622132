import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { CHROME, PageLoad, send, siteKey } from '../visitor'
import { call, makeSite, total } from './api'
import { type Server, startServer } from './server'

const SMALL_MB = 16

interface Disk {
  folder?: string
  fill(server: Server): void
  free(server: Server): void
}

/** A small disk of its own where this user may mount one; else a limit on the size of the server's files. */
function disk(): Disk {
  const folder = mkdtempSync(join(tmpdir(), 'graupel-disk-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${SMALL_MB}m`, 'graupel', folder], { stdio: 'ignore' })
  } catch {
    const limit = (server: Server, bytes: string) =>
      execFileSync('prlimit', ['--pid', `${server.pid}`, `--fsize=${bytes}:`])
    return { fill: (server) => limit(server, '4096'), free: (server) => limit(server, 'unlimited') }
  }
  onTestFinished(() => void execFileSync('umount', ['-l', folder]))
  const ballast = join(folder, 'ballast')
  return {
    folder,
    fill: () => {
      // To the last block: what SQLite has preallocated still takes a few events.
      const { bavail, bsize } = statfsSync(folder)
      writeFileSync(ballast, Buffer.alloc(bavail * bsize))
    },
    free: () => rmSync(ballast),
  }
}

test('acknowledges nothing on a full disk, and counts on when there is room', { timeout: 120_000 }, async () => {
  const { folder, fill, free } = disk()
  const server = await startServer(folder ? { dataFolder: folder } : {})
  const { site } = await makeSite(server)
  const key = await siteKey(server.origin, site)
  const waiting: string[] = []
  let acknowledged = 0
  const next = (i: number) => new PageLoad(key).view(`shop.example/${i}/${'x'.repeat(400)}`)

  for (let i = 0; i < 50; i++) {
    expect(await send(server.origin, [next(i)])).toBe(204)
    acknowledged += 1
  }
  fill(server)
  const statuses = new Set<number>()
  for (let i = 0; i < 400 && waiting.length < 20; i++) {
    const envelope = next(1000 + i)
    const status = await send(server.origin, [envelope])
    if (status === 204) acknowledged += 1
    else {
      statuses.add(status)
      waiting.push(envelope)
    }
  }
  expect(waiting).toHaveLength(20)
  expect([...statuses]).toEqual([503])

  free(server)
  for (const envelope of waiting) {
    let status = 0
    for (let tries = 0; tries < 50 && status !== 204; tries++) {
      status = await send(server.origin, [envelope])
      if (status !== 204) await new Promise((resolve) => setTimeout(resolve, 200))
    }
    expect(status).toBe(204)
    acknowledged += 1
  }
  expect(await total(server, site)).toBe(acknowledged)
  await server.restart()
  expect(await total(server, site)).toBe(acknowledged)
})

test('gives a cap back where the disk was full, and counts no more than it allows', { timeout: 120_000 }, async () => {
  const { folder, fill, free } = disk()
  const server = await startServer(folder ? { dataFolder: folder } : {})
  const { site } = await makeSite(server)
  const CAP = 40
  const wish = { type: 'pageview', cap: CAP, slots: { order: 1 } }
  const { body } = await call<{ url: string }>(server, 'POST', `/api/sites/${site}/pixels`, wish)
  const show = async (order: number) => {
    const url = `${server.origin}${new URL(body.url).pathname}?order=${order}`
    const response = await fetch(url, { headers: { 'User-Agent': CHROME } }).catch(() => undefined)
    await response?.arrayBuffer()
    return response?.status ?? 0
  }
  for (let order = 0; order < 10; order++) expect(await show(order)).toBe(200)
  fill(server)
  let [acknowledged, failed] = [10, 0]
  for (let order = 10; order < 400 && failed < 20 && acknowledged < CAP - 5; order++) {
    if ((await show(order)) === 200) acknowledged += 1
    else failed += 1
  }
  expect(failed).toBeGreaterThan(0)
  free(server)
  await expect.poll(() => show(999), { timeout: 10_000, interval: 200 }).toBe(200)
  expect(await total(server, site)).toBe(acknowledged + 1)
  await Promise.all(Array.from({ length: 200 }, (_, i) => show(1000 + i)))
  expect(await total(server, site)).toBe(CAP)
  await server.restart()
  expect(await total(server, site)).toBe(CAP)
})
