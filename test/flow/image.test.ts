/**
 * The Dockerfile, carried out without Docker as far as a folder can stand for an image: its sources are built where nothing
 * else lies, and its command runs beside the packages that it keeps. `npm ci` itself is left to whoever builds one.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { root } from '../house/source'
import { type Launcher, startCommand, temporaryFolder } from './server'

const read = (name: string) => readFileSync(join(root, name), 'utf8')
const lines = (text: string) => text.split('\n').filter((line) => line && !line.startsWith('#'))

interface Stage {
  base: string
  /** `[word, rest]` in order. */
  steps: (readonly [string, string])[]
}

/** Its stages, one instruction a line. */
const [build, run] = read('Dockerfile')
  .split(/^FROM /m)
  .slice(1)
  .map((text): Stage => {
    const [base = '', ...rest] = lines(text)
    return { base, steps: rest.map((line) => line.split(/ (.*)/s, 2) as [string, string]) }
  }) as [Stage, Stage]

const all = ({ steps }: Stage, word: string) => steps.flatMap(([each, rest]) => (each === word ? [rest] : []))
/** What an instruction says as a list of words. */
const wordsOf = (stage: Stage, word: string) => JSON.parse(all(stage, word)[0]!.replace(/^[^[]*/, '')) as string[]

/** What comes from the clone: each source, and where it goes. */
const copies = (stage: Stage) =>
  all(stage, 'COPY')
    .filter((rest) => !rest.startsWith('--from='))
    .flatMap((rest) => {
      const words = rest.split(' ')
      const to = words.pop()!
      return words.map((from) => ({ from, to: to.endsWith('/') ? join(to, from) : to }))
    })

let folder: string
const at = (name: string) => join(folder, name)

/** The first stage's folder and the second's, as they are when all is copied. */
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'graupel-image-'))
  for (const [name, stage] of Object.entries({ build, run })) {
    for (const { from, to } of copies(stage)) cpSync(join(root, from), join(at(name), to), { recursive: true })
  }
  symlinkSync(join(root, 'node_modules'), at('build/node_modules'))
  execFileSync('npm', ['run', '--silent', 'build'], { cwd: at('build') })
  cpSync(at('build/dist'), at('run/dist'), { recursive: true })
  for (const path of keptPackages()) cpSync(join(root, path), join(at('run'), path), { recursive: true })
}, 60_000)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** What `npm ci --omit=dev` leaves, of this platform. */
function keptPackages(): string[] {
  const { packages } = JSON.parse(read('package-lock.json')) as {
    packages: Record<string, { dev?: boolean; devOptional?: boolean }>
  }
  return Object.entries(packages)
    .filter(([path, { dev, devOptional }]) => path && !dev && !devOptional && existsSync(join(root, path)))
    .map(([path]) => path)
}

test('takes what the clone has and .dockerignore lets through', () => {
  const ignored = lines(read('.dockerignore'))
  const sources = [build, run].flatMap(copies).map(({ from }) => from)
  expect(sources.filter((from) => ignored.includes(from.split('/')[0]!))).toEqual([])
  expect(
    sources.filter((from) => spawnSync('git', ['ls-files', '--error-unmatch', from], { cwd: root }).status),
  ).toEqual([])
})

test('leaves out all that git leaves out: data, keys, tokens', () => {
  const ignored = lines(read('.dockerignore'))
  const untracked = lines(read('.gitignore')).map((line) => line.replace(/\/$/, ''))
  expect(untracked.filter((line) => !ignored.includes(line))).toEqual([])
})

test('has the node that the project has, on a system that workerd is built for', () => {
  const { devDependencies } = JSON.parse(read('package.json')) as { devDependencies: { node: string } }
  const [major] = devDependencies.node.split('.')
  for (const { base } of [build, run]) expect(base.split(' ')[0]).toBe(`node:${major}-slim`)
})

test('is healthy while it serves, not after, and ends with 0 when it is stopped', async () => {
  const settings = Object.fromEntries(
    all(run, 'ENV')[0]!
      .split(' ')
      .map((text) => text.split('=', 2) as [string, string]),
  )
  expect(settings).toMatchObject({ HOST: '0.0.0.0', GRAUPEL_DATA: all(run, 'VOLUME')[0] })
  // Here on this machine alone, and with all that it can serve.
  const local = { HOST: '127.0.0.1', PORT: '0', GRAUPEL_DATA: temporaryFolder(), GRAUPEL_DEMO: '1' }
  const launcher = startImage({ ...settings, ...local })
  const [, PORT = ''] = await launcher.says(/counts at \S+:(\d+) /)
  await launcher.says(/demo +\S+\/demo\//)
  // A container's log is kept.
  expect(launcher.said()).not.toContain('/login#')
  const isHealthy = () => startImage({ PORT }, 'HEALTHCHECK').ended
  expect(await isHealthy()).toEqual({ code: 0, signal: null })
  launcher.kill('SIGTERM')
  expect(await launcher.ended).toEqual({ code: 0, signal: null })
  expect(await isHealthy()).toEqual({ code: 1, signal: null })
})

/** One of its commands, in its folder, by the node that runs this. */
function startImage(env: Record<string, string>, word = 'CMD'): Launcher {
  const [program, ...words] = wordsOf(run, word)
  expect(program).toBe('node')
  return startCommand([process.execPath, ...words], env, at('run'))
}
