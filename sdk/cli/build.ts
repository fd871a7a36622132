/**
 * The build: rollup makes the beacon, its module, the embed, the results, the npm doors and the command; wrangler bundles
 * the Worker with the first four inside.
 * `--out DIR` builds elsewhere, so that tests never touch what a running server was started from.
 * Node strips the types and runs this file as it stands; it imports nothing of the house, and nothing of the house imports it.
 */
import { spawnSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, resolve } from 'node:path'
import { parseArgs } from 'node:util'

const root = resolve(import.meta.dirname, '../..')
const { values } = parseArgs({ options: { out: { type: 'string', default: join(root, 'dist') } } })
const out = resolve(values.out)

/** The banner asks the registry for news and waits for it; a build speaks with nobody. */
const QUIET = { WRANGLER_HIDE_BANNER: 'true', WRANGLER_SEND_METRICS: 'false', WRANGLER_WRITE_LOGS: 'false' }

/** The program behind a package's command: started by node itself, so that no shell and no PATH has a say. */
function program(name: string, command = name): string {
  const require = createRequire(import.meta.url)
  const file = require.resolve(`${name}/package.json`)
  const bin: string | Record<string, string> = require(file).bin
  return join(dirname(file), typeof bin === 'string' ? bin : bin[command]!)
}

function run(name: string, args: string[], env: Record<string, string> = {}, command = name): void {
  const { status, stdout, stderr } = spawnSync(process.execPath, [program(name, command), ...args], {
    cwd: root,
    env: { ...process.env, ...env },
    encoding: 'utf8',
  })
  if (status === 0) return
  console.error(`build: ${name} failed\n${stdout}${stderr}`)
  process.exit(1)
}

/** What the npm door's exports are, for who writes in TypeScript: each import with the ending that every resolver finds. */
function declare(): void {
  const to = join(out, 'sdk')
  const world = ['--target', 'ES2024', '--lib', 'ES2024,DOM,DOM.Iterable', '--types', '', '--strict', '--skipLibCheck']
  const modules = ['--ignoreConfig', '--module', 'ESNext', '--moduleResolution', 'bundler', '--rootDir', 'sdk']
  const emitted = ['--declaration', '--emitDeclarationOnly', '--outDir', to]
  run('typescript', ['sdk/index.ts', ...world, ...modules, ...emitted], {}, 'tsc')
  for (const name of readdirSync(to, { recursive: true, encoding: 'utf8' })) {
    if (!name.endsWith('.d.ts')) continue
    const file = join(to, name)
    writeFileSync(file, readFileSync(file, 'utf8').replaceAll(/(from '\.[^']+)'/g, "$1.js'"))
  }
}

const started = performance.now()
mkdirSync(join(out, 'worker'), { recursive: true })
run('rollup', ['--config', 'sdk/rollup.config.js', '--configOut', out, '--silent'])
declare()
const inside = ['beacon', 'module', 'embed', 'results'].map(
  (name) => [`built-${name}`, join(out, `${name}.txt`)] as const,
)
const missing = inside.find(([, file]) => !existsSync(file))
if (missing) {
  console.error(`build: rollup made no ${missing[1]}`)
  process.exit(1)
}
const bundling = ['--config', join(root, 'wrangler.jsonc'), '--outdir', join(out, 'worker')]
const aliases = inside.flatMap(([name, file]) => ['--alias', `${name}:${file}`])
run('wrangler', ['deploy', '--dry-run', ...bundling, ...aliases], QUIET)
for (const file of ['workerd.capnp', 'forward.capnp'])
  copyFileSync(join(root, 'worker', file), join(out, 'worker', file))
console.log(`built ${out} in ${((performance.now() - started) / 1000).toFixed(1)} s`)
