/**
 * The command, for whoever runs it: a server with a month of make-believe visits on it, and the proof that it counted every
 * one. It starts a server of its own, or rains on one that runs.
 */
import { loginLink } from '../../sdk/cli/login'
import { complain } from '../../sdk/cli/say'
import { serverOf } from '../../sdk/cli/server'
import { readSettings } from '../../sdk/cli/settings'
import { Stop, Usage } from '../../sdk/cli/stop'
import { decideOn } from './decisions'
import { FOLDER, HELP, type Options, optionsOf } from './options'
import { serve, type Serving } from './serve'
import { rainOn } from './shower'

/** Ends the process. `launcher` is the built command. */
export async function command(words: string[], launcher: string): Promise<void> {
  try {
    const options = optionsOf(words)
    if (options === 'help') console.log(HELP)
    else await run(options, launcher)
  } catch (error) {
    if (!(error instanceof Stop)) throw error
    complain(error.message)
    process.exit(error instanceof Usage ? 2 : 1)
  }
}

async function run(options: Options, launcher: string): Promise<void> {
  const { GRAUPEL_DATA, ...env } = process.env
  const settings = readSettings({ ...env, GRAUPEL_DATA: GRAUPEL_DATA || (options.server ? '' : FOLDER) })
  const serving = options.server ? undefined : await serve(launcher, settings, options.decisions !== undefined)
  endWhenTold(serving)
  // Whatever ends it before all is compared.
  process.exitCode = 1
  let isFailing = false
  void serving?.ended.then(() => {
    if (!isFailing) process.exit()
  })
  try {
    const server = serving?.server ?? serverOf(settings, options)
    const { decisions } = options
    if (decisions !== undefined && serving?.demo) console.log(`to be seen at ${serving.demo}decide.html`)
    const isRight = decisions === undefined ? rainOn(server, options) : decideOn(server, { ...options, decisions })
    process.exitCode = (await isRight) ? 0 : 1
    console.log(`dashboard  ${await loginLink(server)}  (opens once)`)
    if (options.once) serving?.stop()
    else if (serving) console.log('serving until Ctrl-C')
  } catch (error) {
    isFailing = true
    serving?.stop()
    await serving?.ended
    throw error
  }
}

/** The server first: what it has acknowledged is on disk, and what was not comes again with the next run. */
function endWhenTold(serving: Serving | undefined): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (serving) serving.stop()
      else process.exit(1)
    })
  }
}
