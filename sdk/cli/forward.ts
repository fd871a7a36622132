/** `graupel forward`: changes, in the server that runs, which other Graupels linked sites are forwarded to. */
import type { Command } from 'commander'
import { readUpstreams } from '../wire/forward'
import { say, type Spoken, speaks } from './say'
import { ask, REACHES, type Reach, reaches, type Server, serverOf } from './server'
import { readSettings } from './settings'
import { Usage } from './stop'

export function upstreamsIn(text: string): string[] {
  const upstreams = readUpstreams(text)
  if ('problem' in upstreams) throw new Usage(`forward: ${upstreams.problem}`)
  return upstreams
}

/** What is to be said where nothing is forwarded and somebody might think so; empty where no site is linked. */
export async function linkedHere(server: Server): Promise<string> {
  const { sites } = await ask<{ sites: { name: string }[] }>(server, 'GET', '/api/forward')
  return sites.length ? `off: ${sites.map(({ name }) => name).join(', ')} count here, though linked` : ''
}

export function addForward(program: Command): void {
  const verb = program
    .command('forward')
    .description('change where linked sites are forwarded to')
    .argument(
      '<urls>',
      'other Graupels, in the order in which they are tried: URL[,URL]; off for none: what waits counts here',
    )
  speaks(reaches(verb), 'the upstreams as JSON')
    .addHelpText('after', `${REACHES}\n\nExample\n  $ npx graupel forward https://stats.example.com`)
    .action(async (urls: string, options: Spoken & Reach) => {
      const upstreams = upstreamsIn(urls)
      await ask(
        serverOf(readSettings(process.env), options),
        'PUT',
        '/api/forward',
        { upstreams },
        { has: 'upstreams' },
      )
      say(options, { upstreams }, () => `forward    ${upstreams.join(', ') || 'off: linked sites count here'}`)
    })
}
