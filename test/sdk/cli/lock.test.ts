import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { birth } from '../../../sdk/cli/life'
import { holder, take } from '../../../sdk/cli/lock'

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'graupel-lock-'))
  onTestFinished(() => rmSync(path, { recursive: true, force: true }))
  return path
}

const mine = () => ({ pid: process.pid, born: birth(process.pid)! })
const write = (path: string, text: string) => writeFileSync(join(path, 'lock'), text)

test('gives a free folder, and names the holder to the next', () => {
  const path = folder()
  expect(holder(path)).toBeUndefined()
  expect(take(path, process.pid)).toEqual(mine())
  expect(holder(path)).toEqual(mine())
  expect(take(path, process.ppid)).toEqual(mine())
})

test.each([
  ['a dead process', JSON.stringify({ pid: 2 ** 22 - 1, born: 'once' })],
  ['a reused pid', JSON.stringify({ pid: process.pid, born: 'long ago' })],
  ['noise', 'noise'],
  ['nothing', ''],
])('succeeds %s, and leaves one file', (_, text) => {
  const path = folder()
  write(path, text)
  expect(holder(path)).toBeUndefined()
  expect(take(path, process.pid)).toEqual(mine())
  expect(readdirSync(path)).toEqual(['lock'])
  expect(JSON.parse(readFileSync(join(path, 'lock'), 'utf8'))).toEqual(mine())
})

test('has one winner a folder, however many come at once', async () => {
  const [ROUNDS, CONTENDERS] = [300, 5]
  const path = folder()
  for (let round = 0; round < ROUNDS; round++) {
    mkdirSync(join(path, String(round)))
    // Every third is free, the others hold a dead record.
    if (round % 3) write(join(path, String(round)), JSON.stringify({ pid: process.pid, born: 'long ago' }))
  }
  const root = resolve(import.meta.dirname, '../../..')
  const begin = String(Date.now() + 1500)
  const program = ['--import', './test/resolve.js', 'test/sdk/cli/contender.ts', path, String(ROUNDS), begin]
  const answers = Array.from({ length: CONTENDERS }, () => {
    const child = spawn(process.execPath, program, { cwd: root, stdio: ['pipe', 'pipe', 'inherit'] })
    onTestFinished(() => void child.kill('SIGKILL'))
    return new Promise<number[]>((done) => {
      child.stdout.once('data', (bytes: Buffer) => done(JSON.parse(bytes.toString()) as number[]))
    })
  })
  const won = (await Promise.all(answers)).flat().toSorted((a, b) => a - b)
  expect(won).toEqual(Array.from({ length: ROUNDS }, (_, round) => round))
})
