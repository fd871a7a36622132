/**
 * `npm run dev`: the Worker under wrangler, which rebuilds it at every change. Slower than plain workerd by far, so it
 * serves those who change the Worker and nobody else. Its secrets are its own, and so is its data.
 * The beacon is the one built last: `npm run build` brings in a changed one.
 */
import { spawn, spawnSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { resolve } from 'node:path'
import { adminToken, masterKeys } from './secrets'

const root = resolve(import.meta.dirname, '../..')
const data = resolve(root, '.wrangler/graupel')
mkdirSync(data, { recursive: true, mode: 0o700 })

const built = spawnSync(process.execPath, [resolve(root, 'sdk/cli/build.ts')], { stdio: 'inherit' })
if (built.status !== 0) process.exit(1)

const secrets = { GRAUPEL_MASTER: masterKeys(data, resolve(data, 'v3')), GRAUPEL_ADMIN: adminToken(data) }
console.log(`admin token: ${secrets.GRAUPEL_ADMIN}`)
const args = ['dev', '--config', resolve(root, 'wrangler.jsonc'), '--persist-to', data, '--ip', '127.0.0.1']
const child = spawn('wrangler', [...args, '--inspector-port', '0'], {
  cwd: root,
  stdio: 'inherit',
  env: {
    ...process.env,
    // wrangler takes from here what the configuration calls a secret; a command line is seen by all.
    ...secrets,
    WRANGLER_HIDE_BANNER: 'true',
    WRANGLER_SEND_METRICS: 'false',
    CLOUDFLARE_CF_FETCH_ENABLED: 'false',
  },
})
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal))
child.once('exit', (code) => process.exit(code ?? 1))
