/**
 * `graupel ope`: off-policy evaluation. What would another policy have earned? A log of decisions with their propensities
 * tells it without anybody being shown anything; where the log is too small to, that is said instead.
 */
import { createReadStream } from 'node:fs'
import type { Command } from 'commander'
import { pathOf } from './experiment/path'
import { evaluate } from './ope/evaluation'
import { told } from './ope/told'
import { everything, wishOf } from './ope/wish'
import { collect, retoldOf } from './option'
import { complain, say, type Spoken, speaks } from './say'
import { pour, REACHES, type Reach, reaches, type Server, serverOf } from './server'
import { readSettings } from './settings'
import { Stop, Usage } from './stop'

interface Options extends Spoken, Reach {
  site?: string
  from?: string
  to?: string
  policy?: string[]
}

async function ope(log: string, options: Options): Promise<void> {
  const wishes = options.policy?.map(wishOf)
  const evaluation = await evaluate(
    sourceOf(log, options),
    (first) => wishes?.map((wish) => wish(first)) ?? everything(first),
  )
  say(options, evaluation, () => told(evaluation))
  const { estimates } = evaluation
  for (const message of estimates.map(({ refused, doubt }) => refused ?? doubt)) if (message !== null) complain(message)
  if (estimates.some(({ refused }) => refused !== null)) process.exitCode = 1
}

function sourceOf(log: string, options: Options): AsyncIterable<Uint8Array> {
  const { site, from, to, server } = options
  if (site !== undefined) {
    const query = new URLSearchParams({ site, ...(from !== undefined && { from }), ...(to !== undefined && { to }) })
    const path = `${pathOf(log)}/decisions?${query}`
    return decidedAt(serverOf(readSettings(process.env), options), path)
  }
  if ([server, from, to].some((option) => option !== undefined))
    throw new Usage('--server, --from and --to are of an experiment there: give its --site, too')
  return fileOf(log)
}

async function* decidedAt(server: Server, path: string): AsyncGenerator<Uint8Array> {
  try {
    yield* pour(server, path)
  } catch (error) {
    retoldOf('from', 'to')(error)
  }
}

async function* fileOf(name: string): AsyncGenerator<Uint8Array> {
  const stream = name === '-' ? process.stdin : createReadStream(name)
  try {
    yield* stream as AsyncIterable<Buffer> // without an encoding it gives bytes
  } catch (error) {
    throw new Stop(
      `${name} can't be read (${(error as NodeJS.ErrnoException).code}); of an experiment give its --site, too`,
    )
  }
}

const HELP = `
LOG is a file of decisions, a line each, as /experiments/NAME/decisions gives them; - reads stdin. With --site it is an
experiment there. Policies are logging (the one that ran), uniform, always:OPTION, or a file: {"a": 0.2, "b": 0.8} says how
probably each option is shown, {"by": "country", "values": {"SE": {"b": 1}}, "otherwise": {"a": 1}} the same by a dimension.
It ends with 1 where the effective sample of a policy is below 100: then nothing is estimated of it.
${REACHES}

Examples
  $ npx graupel ope decisions.ndjson
  $ npx graupel ope checkout --site shop --policy uniform --policy always:short
  $ npx graupel ope checkout --site shop --policy mine.json --json`

export function addOpe(program: Command): void {
  const verb = program
    .command('ope')
    .description('tell from logged decisions what another policy would have earned')
    .argument('<log>', "a file of decisions, or - for stdin; with --site an experiment's name")
    .option('--site <site>', 'whose experiment it is: number or name')
    .option('--from <time>', 'decided then or later: unix milliseconds, or a date')
    .option('--to <time>', 'and before')
    .option(
      '--policy <policy>',
      'logging, uniform, always:OPTION, or a file; repeat it for more. None: each of those',
      collect,
    )
  speaks(reaches(verb), 'estimates with their intervals as JSON').addHelpText('after', HELP).action(ope)
}
