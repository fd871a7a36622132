import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { givenKeys } from '../../sdk/cli/secrets'
import { root } from './source'

const read = (path: string) => readFileSync(join(root, path), 'utf8')

interface Lock {
  packages: Record<
    string,
    { version?: string; license?: string; dev?: boolean; devOptional?: boolean; optional?: boolean }
  >
}
const lock = JSON.parse(read('package-lock.json')) as Lock
const manifest = JSON.parse(read('package.json')) as {
  scripts: Record<string, string>
  bin: Record<string, string>
  cloudflare: { bindings: Record<string, { description: string }> }
  devDependencies: Record<string, string>
}

test('ships nothing whose licence asks for more than a notice', () => {
  const FREE = [
    'MIT',
    'ISC',
    'Apache-2.0',
    'Unlicense',
    'MIT-0',
    '0BSD',
    '(MIT OR CC0-1.0)',
    'BSD-2-Clause',
    'BSD-3-Clause',
    'CC0-1.0',
  ]
  const offenders = Object.entries(lock.packages)
    .filter(([path, { dev, devOptional, license }]) => path && !dev && !devOptional && !FREE.includes(license ?? ''))
    .map(([path, { license }]) => `${path}: ${license}`)
  expect(offenders).toEqual([])
})

test('keeps the parser of user agents below the version whose licence changed', () => {
  expect(lock.packages['node_modules/ua-parser-js']?.version).toMatch(/^1\./)
})

test('says one compatibility date and the same flags to both runtimes', () => {
  const wrangler = read('wrangler.jsonc')
  const workerd = read('worker/workerd.capnp')
  const date = /"compatibility_date": "([\d-]+)"/.exec(wrangler)?.[1]
  expect(date).toMatch(/^\d{4}-\d{2}-\d{2}$/)
  expect(/compatibilityDate = "([\d-]+)"/.exec(workerd)?.[1]).toBe(date)
  const flags = (text: string, name: RegExp) =>
    [...(name.exec(text)?.[1] ?? '').matchAll(/"(\w+)"/g)].map(([, flag]) => flag)
  expect(flags(workerd, /compatibilityFlags = \[([^\]]*)\]/)).toEqual(
    flags(wrangler, /"compatibility_flags": \[([^\]]*)\]/),
  )
})

test('knows one runtime: what tests, bundles and serves is the same workerd', () => {
  const runtimes = Object.entries(lock.packages).filter(([path]) => path.endsWith('node_modules/workerd'))
  expect(runtimes.map(([path]) => path)).toEqual(['node_modules/workerd'])
  const platforms = Object.keys(lock.packages).filter((path) => path.startsWith('node_modules/@cloudflare/workerd-'))
  expect(platforms).toHaveLength(5)
})

test.each(['wrangler', '@cloudflare/vitest-plugin', 'node', 'rollup', 'oxlint', 'oxlint-tsgolint', '@biomejs/biome'])(
  'pins %s, whose newest version may lack a platform',
  (name) => {
    expect(manifest.devDependencies[name]).toMatch(/^\d/)
  },
)

test('names the same objects to both runtimes, under ids that never change', () => {
  const workerd = read('worker/workerd.capnp')
  const wrangler = read('wrangler.jsonc')
  const keys = [...workerd.matchAll(/className = "(\w+)", uniqueKey = "([\w-]+)", enableSql = true/g)]
  expect(keys.map(([, name, key]) => [name, key])).toEqual([
    ['Pod', 'graupel-pod'],
    ['Hail', 'graupel-hail'],
    ['Whale', 'graupel-whale'],
  ])
  for (const [, name] of keys)
    expect(wrangler).toContain(`"${name}": { "type": "durable-object", "storage": "sqlite" }`)
})

test('hands the Worker all that it asks for, and nothing else', () => {
  const asked = [...read('worker/env.ts').matchAll(/^ {2}([A-Z_]+)\??:/gm)].map(([, name]) => name)
  const given = [...read('worker/workerd.capnp').matchAll(/^ {4}\(name = "([A-Z_]+)"/gm)].map(([, name]) => name)
  // The platform limits rates; elsewhere there is no such binding, and each isolate does.
  given.push('RATE')
  expect(new Set(given)).toEqual(new Set(asked))
})

test('asks the platform for the rate that isolates keep', () => {
  const { RATE } = /"name": "(?<name>RATE)".*"limit": (?<RATE>\d+), "period": 60/.exec(read('wrangler.jsonc'))!.groups!
  expect(/export const RATE = ([\d_]+)/.exec(read('worker/ingest/limits.ts'))?.[1]?.replace('_', '')).toBe(RATE)
})

test('has the commands it promises', () => {
  const promised = ['start', 'dev', 'build', 'test', 'bench', 'types', 'lint', 'format', 'rain', 'deploy']
  expect(Object.keys(manifest.scripts)).toEqual(expect.arrayContaining(promised))
  expect(Object.values(manifest.bin).filter((path) => !existsSync(join(root, path)))).toEqual([])
})

test('asks for the same two secrets everywhere, says how to make them, and gives away none', () => {
  const secrets = ['GRAUPEL_MASTER', 'GRAUPEL_ADMIN']
  const required = /"required": \[([^\]]*)\]/.exec(read('wrangler.jsonc'))?.[1]
  expect([...(required ?? '').matchAll(/"(\w+)"/g)].map(([, name]) => name)).toEqual(secrets)
  const lines = read('.dev.vars.example').split('\n')
  // The button offers what stands here as the value to take.
  expect(lines.filter((line) => line && !line.startsWith('#'))).toEqual(secrets.map((name) => `${name}=`))
  expect(Object.keys(manifest.cloudflare.bindings)).toEqual(secrets)
  expect(read('.gitignore').split('\n')).toEqual(expect.arrayContaining(['.graupel-cloud/', '.dev.vars']))
})

test.each([
  ['GRAUPEL_MASTER', (text: string) => expect(givenKeys(text)).toBe(text)],
  ['GRAUPEL_ADMIN', (text: string) => expect(text).toMatch(/^ga_[\w-]{43}$/)],
])('tells whoever presses the button a line that makes a %s', (name, check) => {
  const [, line] = /`([^`]+)`/.exec(manifest.cloudflare.bindings[name]!.description)!
  const { stdout } = spawnSync('/bin/sh', ['-c', line!], { encoding: 'utf8' })
  check(stdout.trim())
})
