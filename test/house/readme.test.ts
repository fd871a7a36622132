import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { graupel } from '../../sdk/cli/program'
import { root } from './source'

const readme = readFileSync(join(root, 'README.md'), 'utf8')
const READMES = ['README.md', ...globSync('{sdk,worker,demo}/**/README.md', { cwd: root })]
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: Record<string, string> }

test.each(['npm ci && npm start', 'npm ci && npm test'])('tells a newcomer `%s`', (command) => {
  expect(readme).toContain(command)
})

test('names only npm scripts that are there', () => {
  const named = [...readme.matchAll(/\bnpm (?:run ([\w-]+)|(start|test)\b)/g)].map(([, run, short]) => run ?? short!)
  expect(named.filter((name) => !(name in manifest.scripts))).toEqual([])
})

/** Whether the words lead to a verb; what follows one is its own. */
function isVerb([name, ...words]: string[], command = graupel()): boolean {
  const next = command.commands.find((each) => each.name() === name)
  return next !== undefined && (next.commands.length === 0 || isVerb(words, next))
}

test.each(READMES)('%s names only verbs that the command has', (path) => {
  const text = readFileSync(join(root, path), 'utf8')
  const named = [...text.matchAll(/\bnpx graupel ([a-z][\w -]*)/g)].map(([, words]) => words!.split(' '))
  expect(named.filter((words) => words[0] !== 'help' && !isVerb(words))).toEqual([])
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

/** A heading's name in an address, as GitHub makes it. */
const anchorsOf = (path: string): string[] =>
  [...readFileSync(path, 'utf8').matchAll(/^#+ (.*)$/gm)].map(([, heading]) =>
    heading!
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-'),
  )

test.each(READMES)('%s points at headings that are there', (path) => {
  const links = [...readFileSync(join(root, path), 'utf8').matchAll(/\]\((?!https?:)([^)#\s]*)#([^)\s]+)\)/g)]
  const lost = links.filter(([, to, anchor]) => {
    const target = to ? join(root, dirname(path), to) : join(root, path)
    return target.endsWith('.md') && !anchorsOf(target).includes(anchor!)
  })
  expect(lost.map(([, to, anchor]) => `${to}#${anchor}`)).toEqual([])
})

test('points at files that are there', () => {
  const links = [...readme.matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)/g)].map(([, path]) => path!)
  expect(links.filter((path) => !existsSync(join(root, path)))).toEqual([])
})
