/** `graupel forward`: changes, in the server that runs, which other Graupels linked sites are forwarded to. */
import type { Command } from 'commander'
import { readUpstreams } from '../wire/forward'
import { tokenOf } from './login'
import { originOf } from './origin'
import { readSettings } from './settings'
import { Stop } from './stop'

/** The server is on this machine and listens; past this something is wrong with it. */
const PATIENCE_MS = 5000

export function upstreamsIn(text: string): string[] {
  const upstreams = readUpstreams(text)
  if ('problem' in upstreams) throw new Stop(`forward: ${upstreams.problem}`)
  return upstreams
}

/** Resolves when the list holds; what the server does not like about it is a Stop. */
export async function forwardTo(origin: string, token: string, upstreams: string[]): Promise<void> {
  const answer = await fetch(`${origin}/api/forward`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ upstreams }),
    signal: AbortSignal.timeout(PATIENCE_MS),
  }).catch((error: Error) => {
    throw new Stop(`no answer from ${origin} (${error.message}): is it started? npx graupel start --forward URL`)
  })
  if (answer.ok) return
  const { detail } = (await answer.json()) as { detail: string } // A problem of our own server.
  throw new Stop(`forward: ${detail}`)
}

/** What is to be said where nothing is forwarded and somebody might think so; empty where no site is linked. */
export async function linkedHere(origin: string, token: string): Promise<string> {
  const answer = await fetch(`${origin}/api/forward`, {
    headers: { authorization: `Bearer ${token}` },
    signal: AbortSignal.timeout(PATIENCE_MS),
  })
  if (!answer.ok) throw new Error(`GET /api/forward answered ${answer.status}`)
  const { sites } = (await answer.json()) as { sites: { name: string }[] } // Our own server's.
  return sites.length ? `off: ${sites.map(({ name }) => name).join(', ')} count here, though linked` : ''
}

export function addForward(program: Command): void {
  program
    .command('forward')
    .description('change where linked sites are forwarded to')
    .argument(
      '<urls>',
      'other Graupels, in the order in which they are tried: URL[,URL]; off for none: what waits counts here',
    )
    .addHelpText(
      'after',
      '\nReads PORT, HOST, GRAUPEL_DATA as `start` does.\n\nExample\n  $ npx graupel forward https://stats.example.com',
    )
    .action(async (urls: string) => {
      const upstreams = upstreamsIn(urls)
      const settings = readSettings(process.env)
      await forwardTo(originOf(settings.host, settings.port), tokenOf(settings), upstreams)
      console.log(`forward    ${upstreams.join(', ') || 'off: linked sites count here'}`)
    })
}
