/** `graupel status`: whether all that was acknowledged is on its way, and what was refused, of one site or of all; once, or again and again. */
import type { Command } from 'commander'
import { toldShort, toldSite, toldSites } from './glance'
import { lookAt, lookAtAll } from './health'
import { say, type Spoken, speaks } from './say'
import { REACHES, type Reach, reaches, serverOf } from './server'
import { readSettings } from './settings'
import { Usage } from './stop'
import { watch } from './watch'

interface Options extends Spoken, Reach {
  watch?: true | string
}

const SECONDS = 5
const MOST_SECONDS = 3600

function everyOf(watch: true | string): number {
  const seconds = watch === true ? SECONDS : Number(watch)
  if (seconds >= 1 && seconds <= MOST_SECONDS) return seconds
  throw new Usage(`--watch must be seconds from 1 to ${MOST_SECONDS}, not "${watch}"`)
}

async function status(site: string | undefined, options: Options): Promise<void> {
  const every = options.watch === undefined ? undefined : everyOf(options.watch)
  const server = serverOf(readSettings(process.env), options)
  const look = async () => {
    const seen = site === undefined ? await lookAtAll(server) : await lookAt(server, site)
    return {
      document: seen,
      lines: () => ('sites' in seen ? toldSites(seen) : toldSite(seen)),
      line: () => toldShort(seen),
    }
  }
  if (every !== undefined) return watch(every, options, look)
  const { document, lines } = await look()
  say(options, document, lines)
}

const HELP = `${REACHES}

Examples
  $ npx graupel status
  $ npx graupel status shop --watch
  $ npx graupel status shop --json`

export function addStatus(program: Command): void {
  const verb = program
    .command('status')
    .description('what was counted last, what waits, what was refused and what to do about it')
    .argument('[site]', 'number or name; without it all sites')
    .option('--watch [seconds]', `again every ${SECONDS} seconds, or as many as are given, until Ctrl-C`)
  speaks(reaches(verb), 'what /status answers as JSON, with hits24h; a line each time with --watch')
    .addHelpText('after', HELP)
    .action(status)
}
