/** The folder of a deployment's secrets: made once, closed to others, and marked with what was uploaded where. */
import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { expect, onTestFinished, test } from 'vitest'
import { Copy, hashesOf } from '../../../sdk/cli/copy'

function temporary(): string {
  const path = mkdtempSync(join(tmpdir(), 'graupel-copy-'))
  onTestFinished(() => rmSync(path, { recursive: true, force: true }))
  return path
}

const place = (id: string, worker: string) => ({ account: { id, name: 'Rain' }, worker })
const mode = (path: string) => (statSync(path).mode & 0o777).toString(8)

test('makes what is not there, and takes what is', () => {
  const copy = new Copy(join(temporary(), 'cloud'))
  expect([copy.has('GRAUPEL_MASTER'), copy.has('GRAUPEL_ADMIN')]).toEqual([false, false])
  const master = copy.takeOrMake('GRAUPEL_MASTER')
  const token = copy.takeOrMake('GRAUPEL_ADMIN')
  expect([master, token]).toEqual([expect.stringMatching(/^0:[\w-]{43}$/), expect.stringMatching(/^ga_[\w-]{43}$/)])
  expect([copy.takeOrMake('GRAUPEL_MASTER'), copy.takeOrMake('GRAUPEL_ADMIN')]).toEqual([master, token])
  expect([copy.folder, copy.fileOf('GRAUPEL_MASTER'), copy.fileOf('GRAUPEL_ADMIN')].map(mode)).toEqual([
    '700',
    '600',
    '600',
  ])
  expect(readFileSync(join(copy.folder, '.gitignore'), 'utf8')).toBe('*\n')
})

test('keeps a folder that was made for it out of git, too', () => {
  const folder = temporary()
  new Copy(folder).takeOrMake('GRAUPEL_ADMIN')
  expect(readFileSync(join(folder, '.gitignore'), 'utf8')).toBe('*\n')
})

test('leaves a folder that was there as it is, but for its secrets’ modes', () => {
  const folder = temporary()
  writeFileSync(join(folder, '.gitignore'), 'mine\n')
  writeFileSync(join(folder, 'admin-token'), `ga_${'a'.repeat(43)}\n`, { mode: 0o644 })
  new Copy(folder).takeOrMake('GRAUPEL_ADMIN')
  expect(mode(join(folder, 'admin-token'))).toBe('600')
  expect(readFileSync(join(folder, '.gitignore'), 'utf8')).toBe('mine\n')
})

test('remembers each place by itself, and nothing that could be used', () => {
  const copy = new Copy(temporary())
  const master = copy.takeOrMake('GRAUPEL_MASTER')
  expect(copy.uploadedTo(place('a', 'graupel'))).toEqual({})
  const nowhere = new Copy(join(copy.folder, 'none'))
  nowhere.remember(place('a', 'graupel'), { GRAUPEL_MASTER: hashesOf(master) })
  expect(nowhere.uploadedTo(place('a', 'graupel'))).toEqual({})
  copy.remember(place('a', 'graupel'), { GRAUPEL_MASTER: hashesOf(master) })
  copy.remember(place('a', 'graupel'), { GRAUPEL_ADMIN: hashesOf('ga_x') })
  copy.remember(place('b', 'graupel'), { GRAUPEL_ADMIN: hashesOf('ga_y') })
  expect(copy.uploadedTo(place('a', 'graupel'))).toEqual({
    GRAUPEL_MASTER: hashesOf(master),
    GRAUPEL_ADMIN: hashesOf('ga_x'),
  })
  expect(copy.uploadedTo(place('b', 'graupel'))).toEqual({ GRAUPEL_ADMIN: hashesOf('ga_y') })
  expect(readdirSync(copy.folder).toSorted()).toEqual(['.gitignore', 'keys', 'uploaded.json'])
  expect(readFileSync(join(copy.folder, 'uploaded.json'), 'utf8')).not.toContain(master.slice(2))
  writeFileSync(join(copy.folder, 'uploaded.json'), '{"a/grau')
  expect(copy.uploadedTo(place('a', 'graupel'))).toEqual({})
})

test('deploys that come at once go on with the same secrets', async () => {
  const [ROUNDS, DEPLOYS] = [25, 3]
  const folder = temporary()
  for (let round = 0; round < ROUNDS; round += 2) mkdirSync(join(folder, String(round)))
  const cwd = resolve(import.meta.dirname, '../../..')
  const begin = String(Date.now() + 1000)
  const program = ['--import', './test/resolve.js', 'test/sdk/cli/minter.ts', folder, String(ROUNDS), begin]
  const answers = await Promise.all(
    Array.from({ length: DEPLOYS }, () => promisify(execFile)(process.execPath, program, { cwd })),
  )
  const taken = answers.map(({ stdout }) => JSON.parse(stdout) as string[])
  expect(new Set(taken[0]).size).toBe(2 * ROUNDS)
  for (const others of taken) expect(others).toEqual(taken[0])
})
