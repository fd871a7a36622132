/** The operator's way from one master key to the next: the command, and the server that is started again after it. */
import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, inject, test } from 'vitest'
import { startServer, temporaryFolder } from './server'
import { PageLoad, send, siteKey } from '../visitor'
import { makeSite, statusOf, total } from './api'

const secret = (byte: number) => Buffer.alloc(32, byte).toString('base64url')

function folder(text = `# kept\n0:${secret(1)}\n`): string {
  const data = temporaryFolder()
  mkdirSync(data, { recursive: true })
  writeFileSync(join(data, 'keys'), text, { mode: 0o600 })
  return data
}

const keysOf = (data: string) => readFileSync(join(data, 'keys'), 'utf8')

/** What the command says, and how it ends. */
function keys(data: string, words: string[], env: Record<string, string> = {}) {
  const { PATH = '' } = process.env
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(inject('built'), 'cli/graupel.js'), 'keys', ...words],
    { env: { PATH, GRAUPEL_DATA: data, ...env }, encoding: 'utf8' },
  )
  return { code: status, said: stdout + stderr }
}

test('puts a new key beside the old, for the owner of the folder alone, and shows none', () => {
  const data = folder()
  const { code, said } = keys(data, ['rotate'])
  expect(code).toBe(0)
  expect(said).toMatch(/key 1 is in .*restart the server/i)
  expect(keysOf(data)).toMatch(new RegExp(`^# kept\\n0:${secret(1)}\\n1:[\\w-]{43}\\n$`))
  expect((statSync(join(data, 'keys')).mode & 0o777).toString(8)).toBe('600')
  const fresh = /1:([\w-]{43})/.exec(keysOf(data))![1]!
  const listed = keys(data, ['list'])
  expect(listed.said).toMatch(/^0 {2}opens.*\n1 {2}seals/)
  for (const each of [said, listed.said]) for (const key of [secret(1), fresh]) expect(each).not.toContain(key)
})

test('goes round the four numbers, and makes no fifth', () => {
  const data = folder(`3:${secret(1)}\n1:${secret(2)}`)
  for (const kid of [2, 0]) expect(keys(data, ['rotate']).said).toContain(`key ${kid} is in`)
  expect(keysOf(data)).toMatch(/^3:.*\n1:.*\n2:.*\n0:.*\n$/)
  const before = keysOf(data)
  const { code, said } = keys(data, ['rotate'])
  expect([code, keysOf(data)]).toEqual([1, before])
  expect(said).toContain('revoke the oldest, 3, first')
})

test('takes an old key out only where that is said twice', () => {
  const data = folder(`# kept\n0:${secret(1)}\n1:${secret(2)}\n`)
  const asked = keys(data, ['revoke', '0'])
  expect([asked.code, keysOf(data)]).toEqual([1, `# kept\n0:${secret(1)}\n1:${secret(2)}\n`])
  expect(asked.said).toMatch(/every pixel, share, bearer key and login.*void.*strangers.*--yes/)
  expect(keys(data, ['revoke', '0', '--yes']).code).toBe(0)
  expect(keysOf(data)).toBe(`# kept\n1:${secret(2)}\n`)
  const last = keys(data, ['revoke', '1', '--yes'])
  expect([last.code, keysOf(data)]).toEqual([1, `# kept\n1:${secret(2)}\n`])
})

test.each<[string, string[], Record<string, string>, RegExp]>([
  ['0:abc\n', ['rotate'], {}, /damaged/],
  [`0:${secret(1)}\n`, ['rotate'], { GRAUPEL_MASTER: `0:${secret(2)}` }, /GRAUPEL_MASTER stands above/],
  [`0:${secret(1)}\n`, ['revoke', '3', '--yes'], {}, /there is no key 3: the keys here are 0/],
])('changes nothing of %j for %j with %j', (text, words, env, said) => {
  const data = folder(text)
  const ended = keys(data, words, env)
  expect(ended.code).toBe(1)
  expect(ended.said).toMatch(said)
  expect(keysOf(data)).toBe(text)
})

test('is followed by the server that starts after it', async () => {
  const data = folder()
  const lines = () =>
    keysOf(data)
      .split('\n')
      .filter((line) => line && !line.startsWith('#'))
      .join(',')
  const env = { GRAUPEL_MASTER: lines() }
  const server = await startServer({ env })
  const { site } = await makeSite(server)
  const old = new PageLoad(await siteKey(server.origin, site))
  keys(data, ['rotate'])
  env.GRAUPEL_MASTER = lines()
  await server.restart()
  const next = new PageLoad(await siteKey(server.origin, site))
  expect(await send(server.origin, [old.view('shop.example/'), next.view('shop.example/')])).toBe(204)
  expect(await total(server, site)).toBe(2)
  keys(data, ['revoke', '0', '--yes'])
  env.GRAUPEL_MASTER = lines()
  await server.restart()
  expect(await send(server.origin, [old.view('shop.example/'), next.view('shop.example/')])).toBe(204)
  expect(await total(server, site)).toBe(3)
  expect((await statusOf(server, site)).refusals).toMatchObject([{ reason: 'retired', events: 1 }])
})
