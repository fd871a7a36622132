import { describe, expect, test } from 'vitest'
import { type Import, importsOf, type Source, sources, tests } from './source'

/** The floors of the Worker and of what it may take from the sdk; values are imported downwards alone. */
const FLOORS: Record<string, number> = {
  'sdk/wire': 0,
  'sdk/chart': 0,
  'worker/rollup': 1,
  'worker/decide': 1,
  'worker/ingest': 2,
  'worker/whale': 3,
  'worker/hail': 4,
  'worker/pod': 4,
  'worker/dashboard': 4,
  'worker/asked': 4,
  'worker/reference': 5,
  'worker/routes': 6,
  'worker/index': 7,
}

/** `worker/whale/cells` lies in `worker/whale`; `worker/index` is a room of its own. */
const roomOf = (path: string): string =>
  path
    .replace(/\.\w+$/, '')
    .split('/')
    .slice(0, 2)
    .join('/')
const folderOf = (path: string): string => path.split('/')[0]!

type Rule = (source: Source, imported: Import) => boolean

const isOurs = ({ specifier }: Import) => specifier.startsWith('.')
const within = (path: string, ...rooms: string[]) => rooms.some((room) => path === room || path.startsWith(`${room}/`))
const names = ({ specifier }: Import, name: string) => specifier === name || specifier.startsWith(`${name}/`)

/** What each import line of the house obeys; a rule says what is allowed. */
const RULES: Record<string, Rule> = {
  'goes down, or stays in its room': ({ path }, { target, isType }) => {
    const [from, to] = [roomOf(path), roomOf(target)]
    const [upper, lower] = [FLOORS[from], FLOORS[to]]
    return isType || from === to || upper === undefined || lower === undefined || upper > lower
  },
  'keeps sdk out of worker, demo and test': ({ path }, imported) =>
    folderOf(path) !== 'sdk' || !isOurs(imported) || folderOf(imported.target) === 'sdk',
  'lets worker take of the sdk only wire and chart': ({ path }, imported) =>
    folderOf(path) !== 'worker' ||
    !isOurs(imported) ||
    folderOf(imported.target) === 'worker' ||
    within(imported.target, 'sdk/wire', 'sdk/chart'),
  // Its rain has to be sealed as the script seals, byte for byte: a second seal would only show that both agree.
  'lets demo take of ours the sdk alone': ({ path }, imported) =>
    folderOf(path) !== 'demo' || !isOurs(imported) || ['demo', 'sdk'].includes(folderOf(imported.target)),
  'keeps wire and chart pure: of ours they know themselves alone': ({ path }, imported) =>
    !within(path, 'sdk/wire', 'sdk/chart') || !isOurs(imported) || within(imported.target, 'sdk/wire', 'sdk/chart'),
  'names hono only in index and routes': ({ path }, imported) =>
    !names(imported, 'hono') || within(path, 'worker/index.ts', 'worker/routes'),
  'names tweetnacl only in wire': ({ path }, imported) => !names(imported, 'tweetnacl') || within(path, 'sdk/wire'),
  'names node only in the command': ({ path }, { specifier }) =>
    !specifier.startsWith('node:') || within(path, 'sdk/cli', 'sdk/rollup.config.js', 'demo'),
  'names commander only in the command': ({ path }, imported) =>
    !names(imported, 'commander') || within(path, 'sdk/cli'),
  'names the runtime only in the objects and the routes': ({ path }, { specifier, isType }) =>
    isType ||
    !specifier.startsWith('cloudflare:') ||
    within(path, 'worker/hail', 'worker/whale', 'worker/pod', 'worker/routes', 'worker/index.ts'),
}

describe('each import', () => {
  test.each(Object.entries(RULES))('%s', (_, rule) => {
    const offenders = sources.flatMap((source) =>
      source.imports
        .filter((imported) => !rule(source, imported))
        .map(({ specifier }) => `${source.path} → ${specifier}`),
    )
    expect(offenders).toEqual([])
  })

  test.each([
    ['worker/rollup/cell.ts', "import { verify } from '../ingest/verify'", 'goes down, or stays in its room'],
    ['worker/hail/hail.ts', "import { Pod } from '../pod/pod'", 'goes down, or stays in its room'],
    ['sdk/visit.ts', "import { Hail } from '../worker/hail/hail'", 'keeps sdk out of worker, demo and test'],
    [
      'worker/routes/pixel.ts',
      "import { seal } from '../../sdk/seal/seal'",
      'lets worker take of the sdk only wire and chart',
    ],
    ['worker/ingest/verify.ts', "import { Hono } from 'hono'", 'names hono only in index and routes'],
    ['sdk/seal/seal.ts', "import nacl from 'tweetnacl'", 'names tweetnacl only in wire'],
    ['demo/rain/pen.ts', "import { Keys } from '../../worker/ingest/keys'", 'lets demo take of ours the sdk alone'],
    ['worker/whale/cells.ts', "const { join } = await import('node:path')", 'names node only in the command'],
  ])('is caught where %s says %s', (path, text, name) => {
    const source = { path, text, imports: importsOf(path, text) }
    expect(source.imports).toHaveLength(1)
    expect(RULES[name]!(source, source.imports[0]!)).toBe(false)
  })

  test('may name a type from above, which is gone when built', () => {
    const path = 'worker/whale/whale.ts'
    const [imported] = importsOf(path, "import type { Hail } from '../hail/hail'")
    expect(RULES['goes down, or stays in its room']!({ path, text: '', imports: [] }, imported!)).toBe(true)
  })

  test('has no file ending: bundlers find it', () => {
    const ended = sources.flatMap(({ path, imports }) =>
      imports.filter((imported) => isOurs(imported) && /\.[jt]sx?$/.test(imported.specifier)).map(() => path),
    )
    expect(ended).toEqual([])
  })
})

describe('each file', () => {
  test('touches storage only in the three objects', () => {
    const offenders = sources.filter(
      ({ path, text }) =>
        /\b(ctx|state)\.storage\b/.test(text) && !within(path, 'worker/hail', 'worker/whale', 'worker/pod'),
    )
    expect(offenders.map(({ path }) => path)).toEqual([])
  })

  test('is named for what it holds, not for being handy', () => {
    const HANDY = /(^|\/)(utils?|lib|common|core|helpers?|misc|types?)(\/|\.(ts|tsx|js)$)/
    // `test/types.ts` checks the types: there it is the noun.
    const offenders = [...sources, ...tests]
      .map(({ path }) => path)
      .filter((path) => HANDY.test(path) && path !== 'test/types.ts')
    expect(offenders).toEqual([])
  })

  test('opens with a few words on what it is', () => {
    const silent = sources
      .filter(({ text }) => !/^(#!.*\n)?\s*(import[^\n]*\n|\s)*\/\*\*/.test(text))
      .map(({ path }) => path)
    expect(silent).toEqual([])
  })
})
