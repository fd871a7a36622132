import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { wrangler } from '../../../sdk/cli/wrangler'

test('is started without the secrets, in no environment of its own, and where it is told to go', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'graupel-'))
  onTestFinished(() => {
    vi.unstubAllEnvs()
    rmSync(folder, { recursive: true })
  })
  const [hook, seen] = [join(folder, 'hook.cjs'), join(folder, 'seen')]
  writeFileSync(hook, `require('node:fs').writeFileSync(${JSON.stringify(seen)}, JSON.stringify(process.env))`)
  vi.stubEnv('NODE_OPTIONS', `--require ${hook}`)
  for (const name of ['GRAUPEL_MASTER', 'GRAUPEL_ADMIN', 'CLOUDFLARE_ENV', 'CLOUDFLARE_API_TOKEN'])
    vi.stubEnv(name, 'it')
  expect(await wrangler(['--version'], { env: { CLOUDFLARE_ACCOUNT_ID: 'an account' } })).toMatchObject({
    isDone: true,
  })
  const env = JSON.parse(readFileSync(seen, 'utf8')) as Record<string, string>
  expect(env).toMatchObject({ CLOUDFLARE_API_TOKEN: 'it', CLOUDFLARE_ACCOUNT_ID: 'an account', CLOUDFLARE_ENV: '' })
  expect(Object.keys(env).filter((name) => /^GRAUPEL_(MASTER|ADMIN)$/.test(name))).toEqual([])
})
