/** `graupel login`: another one-time link to a server's dashboard. */
import type { Command } from 'commander'
import { say, type Spoken, speaks } from './say'
import { ask, REACHES, type Reach, reaches, type Server, serverOf } from './server'
import { readSettings } from './settings'

/** The link opens once, and the code stands behind the #, so that no log ever holds it. */
export async function loginLink(server: Server): Promise<string> {
  const { code } = await ask<{ code: string }>(server, 'POST', '/api/logins', undefined, { has: 'code' })
  return `${server.shown}/login#${code}`
}

export function addLogin(program: Command): void {
  const verb = program.command('login').description('print a one-time link to the dashboard')
  speaks(reaches(verb), 'the link as JSON: url')
    .addHelpText('after', `${REACHES}\n\nExample\n  $ npx graupel login`)
    .action(async (options: Spoken & Reach) => {
      const url = await loginLink(serverOf(readSettings(process.env), options))
      say(options, { url }, () => url)
    })
}
