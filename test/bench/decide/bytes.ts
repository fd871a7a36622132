/** Bytes: what an experiment is kept as. Of nodes, rows as they are written; of a decision, nothing but where it was rewarded. */
import { existsSync, globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'
import { Node } from '../../../worker/decide/node'
import type { Kind } from '../../../worker/decide/moments'
import { definitionOf, Learning } from './learning'
import type { Row } from './row'

const root = join(import.meta.dirname, '../../..')
const ARMS = 4
const CONTEXTS = 1000
/** What is needed to learn and to decide. */
const CORE = ['learner', 'model', 'policy', 'draw'].map((name) => `export * from './${name}'`).join('\n')

const nodeBytes = (kind: Kind): number => new Node(kind, ARMS, null).encode().length / ARMS

/** A thousand leaves, and their values of three dimensions, of a ratio of four arms. */
function stateBytes(): { bytes: number; rows: number } {
  const dimensions = ['country', 'device', 'browser']
  const learning = new Learning(definitionOf(ARMS, { policy: 'contextual', kind: 'ratio', dimensions }), 1)
  const propensities = Array.from({ length: ARMS }, () => 1 / ARMS)
  for (let i = 0; i < CONTEXTS * ARMS; i++) {
    const place = Math.floor(i / ARMS)
    const values = [place % 40, Math.floor(place / 40) % 5, Math.floor(place / 200)]
    const context = Object.fromEntries(dimensions.map((name, d) => [name, `${name} ${values[d]}`]))
    const decision = { id: `${i}`, arm: i % ARMS, at: i, context, propensities }
    learning.decide(decision, 1)
    learning.reward(decision, 1, i)
  }
  const rows = [...learning.learner.rows()].filter(([key]) => /^(root|value|leaf)/.test(key))
  return { bytes: rows.reduce((sum, [key, { length }]) => sum + key.length + length, 0), rows: rows.length }
}

/** Lines of what is needed, and its bytes, minified and packed. */
async function weighed(entry: string): Promise<{ lines: number; kB: number }> {
  const { outputFiles, metafile } = await build({
    stdin: { contents: entry, resolveDir: join(root, 'worker/decide'), loader: 'ts' },
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2024',
    write: false,
    metafile: true,
    absWorkingDir: root,
  })
  const paths = Object.keys(metafile.inputs).filter((path) => path.startsWith('worker/decide/'))
  const lines = paths.reduce(
    (sum, path) => sum + (existsSync(join(root, path)) ? linesOf(readFileSync(join(root, path), 'utf8')) : 0),
    0,
  )
  return { lines, kB: gzipSync(outputFiles[0]!.contents, { level: 9 }).length / 1000 }
}

/** Lines that say something to the machine. */
const linesOf = (text: string): number =>
  text
    .replaceAll(/\/\*[\s\S]*?\*\//g, '')
    .split('\n')
    .filter((line) => line.trim() && !line.trim().startsWith('//')).length

export async function measureBytes(): Promise<Row[]> {
  const state = stateBytes()
  const names = globSync('*.ts', { cwd: join(root, 'worker/decide') })
  const whole = names
    .map((name) => `export * as ${name.replaceAll(/\W/g, '_')} from './${name.slice(0, -3)}'`)
    .join('\n')
  const [core, all] = [await weighed(CORE), await weighed(whole)]
  return [
    { what: 'state: an arm of a node, rate', value: nodeBytes('rate'), unit: 'B', most: 24 },
    { what: 'state: an arm of a node, ratio', value: nodeBytes('ratio'), unit: 'B', most: 56 },
    {
      what: 'state: 1,000 contexts × 4 arms × ratio',
      value: state.bytes / 1000,
      unit: 'kB',
      most: 300,
      note: `${state.rows} rows, keys among them`,
    },
    { what: 'engine: learning and deciding, lines of code', value: core.lines, most: 350 },
    { what: 'engine: learning and deciding, minified and packed', value: core.kB, unit: 'kB', most: 6 },
    { what: 'engine: with results, lines of code', value: all.lines },
    { what: 'engine: with results, minified and packed', value: all.kB, unit: 'kB' },
  ]
}
