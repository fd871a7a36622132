/**
 * `graupel deploy`: the very bundle that `start` serves, to Cloudflare, with its secrets. Those are made once and kept
 * in a folder of the clone, since whoever loses them can open nothing that was sealed. Needs a clone: wrangler comes with it.
 */
import { spawn } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Command } from 'commander'
import { bundle, root } from './home'
import { adminToken, givenKeys, masterKeys } from './secrets'
import { Stop } from './stop'

/** Kept apart from a local server's data folder: two deployments never share a key. */
const FOLDER = '.graupel-cloud'

async function deploy(args: string[], { first }: { first?: boolean }): Promise<void> {
  const { GRAUPEL_MASTER, GRAUPEL_ADMIN } = process.env
  const kept = join(root, FOLDER)
  // From here nobody can see whether the deployment has data: new keys over old data would open none of it.
  if (!first && !GRAUPEL_MASTER && !existsSync(join(kept, 'keys'))) {
    throw new Stop(`no keys in ${kept}. Put them back from your copy; for a new deployment say: graupel deploy --first`)
  }
  mkdirSync(kept, { recursive: true, mode: 0o700 })
  const secrets = {
    GRAUPEL_MASTER: GRAUPEL_MASTER ? givenKeys(GRAUPEL_MASTER) : masterKeys(kept, kept),
    GRAUPEL_ADMIN: GRAUPEL_ADMIN || adminToken(kept),
  }
  const folder = mkdtempSync(join(tmpdir(), 'graupel-'))
  const file = join(folder, 'secrets.json')
  try {
    chmodSync(folder, 0o700)
    writeFileSync(file, JSON.stringify(secrets), { mode: 0o600 })
    const code = await wrangler(['deploy', join(bundle, 'index.js'), '--no-bundle', '--secrets-file', file, ...args])
    if (code !== 0) throw new Stop('wrangler did not deploy; what it said stands above')
  } finally {
    rmSync(folder, { recursive: true })
  }
  console.log(`The keys and the admin token of this deployment are in ${kept}: keep a copy in a safe place.`)
}

const wrangler = (args: string[]): Promise<number | null> =>
  new Promise((resolve, reject) => {
    const config = ['--config', join(root, 'wrangler.jsonc')]
    const child = spawn('npx', ['--no-install', 'wrangler', ...args, ...config], { cwd: root, stdio: 'inherit' })
    child.once('error', reject)
    child.once('exit', resolve)
  })

export function addDeploy(program: Command): void {
  program
    .command('deploy')
    .description('put the built Worker on Cloudflare')
    .option('--first', 'make the keys of a new deployment')
    .argument('[wrangler...]', 'further words for `wrangler deploy`, after --')
    .addHelpText('after', '\nExample\n  $ npm run build && npx graupel deploy --first -- --name stats')
    .action(deploy)
}
