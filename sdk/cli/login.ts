/** `graupel login`: another one-time link to the dashboard of the server that runs on this machine. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Command } from 'commander'
import { originOf } from './origin'
import { readSettings, type Settings } from './settings'
import { Stop } from './stop'

/** The server is on this machine and listens; past this something is wrong with it. */
const PATIENCE_MS = 5000

/** The link opens once, and the code stands behind the #, so that no log ever holds it. */
export async function loginLink(origin: string, shown: string, token: string): Promise<string> {
  const answer = await fetch(`${origin}/api/logins`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}` },
    signal: AbortSignal.timeout(PATIENCE_MS),
  })
  if (!answer.ok) throw new Error(`POST /api/logins answered ${answer.status}: ${await answer.text()}`)
  const { code } = (await answer.json()) as { code: string }
  return `${shown}/login#${code}`
}

export function tokenOf({ admin, data }: Settings): string {
  if (admin) return admin
  try {
    return readFileSync(join(data, 'admin-token'), 'utf8').trim()
  } catch {
    throw new Stop(`there is no admin token in ${data}: is this the folder that the server was started with?`)
  }
}

export function addLogin(program: Command): void {
  program
    .command('login')
    .description('print a one-time link to the dashboard')
    .addHelpText('after', '\nReads PORT, HOST, GRAUPEL_DATA as `start` does.\n\nExample\n  $ npx graupel login')
    .action(async () => {
      const settings = readSettings(process.env)
      const origin = originOf(settings.host, settings.port)
      const token = tokenOf(settings)
      const link = loginLink(origin, settings.url || origin, token).catch((error: Error) => {
        throw new Stop(`no answer from ${origin} (${error.message}): is it started? npx graupel start`)
      })
      console.log(await link)
    })
}
