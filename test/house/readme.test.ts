import { existsSync, globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { root } from './source'

const readme = readFileSync(join(root, 'README.md'), 'utf8')
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: Record<string, string> }

test.each(['npm ci && npm start', 'npm ci && npm test'])('tells a newcomer `%s`', (command) => {
  expect(readme).toContain(command)
})

test('names only npm scripts that are there', () => {
  const named = [...readme.matchAll(/\bnpm (?:run ([\w-]+)|(start|test)\b)/g)].map(([, run, short]) => run ?? short!)
  expect(named.filter((name) => !(name in manifest.scripts))).toEqual([])
})

test('names only verbs that the command has', () => {
  const verbs = globSync('sdk/cli/*.ts', { cwd: root })
    .flatMap((path) => [...readFileSync(join(root, path), 'utf8').matchAll(/\.command\('([\w-]+)'\)/g)])
    .map(([, verb]) => verb)
  const named = [...readme.matchAll(/\bnpx graupel ([a-z][\w-]*)/g)].map(([, verb]) => verb!)
  expect(named.filter((verb) => !verbs.includes(verb))).toEqual([])
})

test('names every setting that the start reads, and no other', () => {
  const source = readFileSync(join(root, 'sdk/cli/settings.ts'), 'utf8')
  const read = new Set([...source.matchAll(/\benv\.([A-Z_]+)/g)].map(([, name]) => name!))
  expect(read).toEqual(
    new Set([
      'PORT',
      'HOST',
      'GRAUPEL_DATA',
      'GRAUPEL_URL',
      'GRAUPEL_PROXY',
      'GRAUPEL_GEO',
      'GRAUPEL_DEMO',
      'GRAUPEL_MASTER',
      'GRAUPEL_ADMIN',
    ]),
  )
  expect([...read].filter((name) => !readme.includes(`\`${name}\``))).toEqual([])
})

test('points at files that are there', () => {
  const links = [...readme.matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)/g)].map(([, path]) => path!)
  expect(links.filter((path) => !existsSync(join(root, path)))).toEqual([])
})
