/**
 * The systemd unit, obeyed to the letter as far as it says how to start, to tell and to kill. systemd itself is asked only
 * whether it can read it: what the unit forbids, it forbids under a real one alone.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, inject, test } from 'vitest'
import { birth } from '../../sdk/cli/life'
import { root } from '../house/source'
import { call, type Made, makeSite, total } from './api'
import { EXAMPLES } from './reverse'
import { type Launcher, startCommand, temporaryFolder } from './server'
import { readUnit, UNIT } from './unit'

/** Where the unit looks for the clone. */
const CLONE = '/opt/graupel'
const unit = readUnit()
const seconds = (name: string) => Number(unit.last(name)) * 1000

interface Served {
  launcher: Launcher
  origin: string
  workerd: number
}

/** The unit's own words, but for the folders. */
function startUnit(settings: Record<string, string>): Launcher {
  const command = unit.command.map((word) => word.replace(CLONE, root).replace(/^dist\//, `${inject('built')}/`))
  return startCommand(command, { ...unit.environment, ...settings })
}

async function start(data: string): Promise<Served> {
  const launcher = startUnit({ GRAUPEL_DATA: data, PORT: '0' })
  const [, origin = '', pid] = await launcher.says(/counts at (\S+) .*workerd is process (\d+)/)
  await launcher.says(/dashboard +http/)
  // The journal is kept.
  expect(launcher.said()).not.toContain('/login#')
  return { launcher, origin, workerd: Number(pid) }
}

const isAlive = (pid: number) => birth(pid) !== undefined

/** As systemd does at the end of a main process, whichever it was: what is left of the service is killed. */
async function sweep({ launcher, workerd }: Served): Promise<{ wasLeft: boolean }> {
  await launcher.ended
  const wasLeft = isAlive(workerd)
  if (wasLeft) process.kill(workerd, 'SIGKILL')
  await expect.poll(() => isAlive(workerd)).toBe(false)
  return { wasLeft }
}

/** More than the 32 that wait for one commit. */
const CLIENTS = 40
/** So many before the end. */
const ENOUGH = 200

/** Programs that count without a pause, each event with an id, until the server answers no more; what was acknowledged. */
async function storm(origin: string, { keys }: Made, end: () => unknown): Promise<{ sent: string[]; known: number }> {
  const sent: string[] = []
  let known = 0
  const client = async (name: number) => {
    for (let i = 0; ; i++) {
      const id = `${name}/${i}`
      sent.push(id)
      const body = { type: 'order', id }
      const answer = await call({ origin, admin: keys.write }, 'POST', '/count', body).catch(() => undefined)
      if (answer?.status !== 200) return
      known += 1
      if (known === ENOUGH) end()
    }
  }
  await Promise.all(Array.from({ length: CLIENTS }, (_, name) => client(name)))
  return { sent, known }
}

const hasSystemd = spawnSync('systemd-analyze', ['--version']).status === 0

const signal = unit.last('KillSignal') as NodeJS.Signals // One that node knows, or it says so.

describe('the unit', () => {
  test('names what is there', () => {
    expect(existsSync(unit.command[0]!.replace(CLONE, root))).toBe(true)
    expect(unit.last('WorkingDirectory')).toBe(CLONE)
    // Told is the launcher alone, and what it left is killed: so it is done here.
    expect(unit.last('KillMode')).toBe('mixed')
    expect(unit.environment.GRAUPEL_DATA).toBe(`/var/lib/${unit.last('StateDirectory')}`)
  })

  test('comes again for a while after a mistake in a setting, and not for ever', async () => {
    const data = temporaryFolder()
    const { ended } = startUnit({ GRAUPEL_DATA: data, PORT: 'x' })
    expect((await ended).code).toBe(1)
    expect(unit.last('Restart')).toBe('on-failure')
    expect(seconds('RestartSec') * Number(unit.last('StartLimitBurst'))).toBeLessThan(seconds('StartLimitIntervalSec'))
  })

  test.skipIf(!hasSystemd)('is read by systemd without a word, and holds the service tightly', () => {
    const file = join(temporaryFolder(), 'graupel.service')
    writeFileSync(file, readFileSync(UNIT, 'utf8').replaceAll(CLONE, root))
    const read = spawnSync('systemd-analyze', ['verify', file], { encoding: 'utf8' })
    expect([read.status, read.stdout + read.stderr]).toEqual([0, ''])
    // Its measure goes from 0 to 10, here in tenths: without any of the unit's restrictions it is above 9.
    const judged = ['security', '--offline=yes', '--threshold=15', '--no-pager', file]
    expect(spawnSync('systemd-analyze', judged).status).toBe(0)
  })

  test('serves no demo to whom a proxy brings', async () => {
    const { origin } = await start(temporaryFolder())
    expect((await fetch(`${origin}/healthz`)).status).toBe(200)
    expect((await fetch(`${origin}/demo/`)).status).toBe(404)
  })

  test('has a command that finds its folder and its settings', async () => {
    const folder = temporaryFolder()
    const { origin } = await start(folder)
    const settings = join(folder, 'graupel.env')
    const url = 'https://stats.example.com'
    writeFileSync(settings, `PORT=${new URL(origin).port}\nGRAUPEL_URL=${url}\nGRAUPEL_PROXY="x-real-ip 127.0.0.1"\n`)
    const places = {
      [unit.environment.GRAUPEL_DATA!]: folder,
      [unit.last('EnvironmentFile').slice(1)]: settings,
      [CLONE]: root,
      'dist/': `${inject('built')}/`,
      // Who tests is one user.
      [`runuser -u ${unit.last('User')} -- `]: '',
    }
    const script = Object.entries(places).reduce(
      (text, [from, to]) => {
        expect(text).toContain(from)
        return text.replaceAll(from, to)
      },
      readFileSync(join(EXAMPLES, 'graupel'), 'utf8'),
    )
    const { status, stdout } = spawnSync('/bin/sh', ['-c', script, 'graupel', 'login'], { encoding: 'utf8' })
    expect([status, stdout]).toEqual([0, expect.stringMatching(`^${url}/login#`)])
  })

  test.each([
    ['is stopped', signal, { code: 0, signal: null }, false],
    ['loses its launcher', 'SIGKILL', { code: null, signal: 'SIGKILL' }, true],
  ] as const)('loses and doubles nothing where it %s', async (_, told, end, leaves) => {
    const data = temporaryFolder()
    const first = await start(data)
    const admin = readFileSync(join(data, 'admin-token'), 'utf8').trim()
    const made = await makeSite({ ...first, admin })
    expect(unit.last('KillMode')).toBe('mixed')
    const stop = async () => {
      const began = performance.now()
      first.launcher.kill(told)
      const swept = await sweep(first)
      return { ...swept, took: performance.now() - began }
    }
    let stopped: ReturnType<typeof stop> | undefined
    const { sent, known } = await storm(first.origin, made, () => (stopped = stop()))
    expect(await first.launcher.ended).toEqual(end)
    const { wasLeft, took } = (await stopped)!
    expect(wasLeft).toBe(leaves)
    expect(took).toBeLessThan(seconds('TimeoutStopSec'))

    const second = await start(data)
    const orders = () => total({ ...second, admin }, made.site, 'hits', [], { type: 'order' })
    expect(await orders()).toBeGreaterThanOrEqual(known)
    const again = sent.map((id) => ({ type: 'order', id }))
    expect((await call({ ...second, admin: made.keys.write }, 'POST', '/count', again)).status).toBe(200)
    expect(await orders()).toBe(sent.length)
  })
})
