import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { PageLoad, send, siteKey } from '../visitor'
import { makeSite, total } from './api'
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
