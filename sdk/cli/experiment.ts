/** `graupel experiment`: makes experiments, shows what they have found out, and pauses, ends, hides and deletes them. */
import type { Command } from 'commander'
import { pathOf } from './experiment/path'
import { type Experiment, type Standing, toldAll, toldStanding } from './experiment/told'
import { type Wished, wishedOf } from './experiment/wished'
import { collect, retold, retoldOf } from './option'
import { plain, say, type Spoken, speaks } from './say'
import { ask, REACHES, Refused, type Reach, reaches, type Server, serverOf } from './server'
import { readSettings } from './settings'
import { Stop } from './stop'

interface Options extends Spoken, Reach {
  site: string
}

const reached = (options: Reach): Server => serverOf(readSettings(process.env), options)

/** As a shell takes it for one word. */
const quoted = (word: string): string => (/^[\w.-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`)

const asked = (name: string, { site }: Options, more: Record<string, string> = {}): string =>
  `${pathOf(name)}?${new URLSearchParams({ site, ...more })}`

async function create(name: string, options: Options & Wished): Promise<void> {
  const body = { site: options.site, decision: name, ...wishedOf(options) }
  const made = await ask<Experiment>(reached(options), 'POST', '/experiments', body, { has: 'decision' }).catch(
    (error: unknown) => {
      // The name is no option, nor is it a mistake in the words that there is one already.
      throw error instanceof Refused && ['decision', 'site'].includes(error.field ?? '') ? error : retold(error)
    },
  )
  say(options, made, () =>
    plain(`${made.decision} decides between ${made.options.join(', ')}, by ${made.policy}; it is running`),
  )
}

async function list(options: Options & { hidden?: true }): Promise<void> {
  const query = new URLSearchParams({ site: options.site, ...(options.hidden && { hidden: '1' }) })
  const path = `/experiments?${query}`
  const answer = await ask<{ experiments: Experiment[] }>(reached(options), 'GET', path, undefined, {
    has: 'experiments',
  })
  say(options, answer, () => toldAll(answer.experiments))
}

async function show(name: string, options: Options & { control?: string }): Promise<void> {
  const { control } = options
  const path = asked(name, options, control === undefined ? {} : { control })
  const standing = await ask<Standing>(reached(options), 'GET', path, undefined, { has: 'arms' }).catch(
    retoldOf('control'),
  )
  say(options, standing, () => toldStanding(standing))
}

/** Changes it, and says what it is now. */
const changes =
  (of: (options: Options & { winner?: string }) => object, says: (experiment: Experiment) => string) =>
  async (name: string, options: Options & { winner?: string }): Promise<void> => {
    const changed = await ask<Experiment>(reached(options), 'PATCH', asked(name, options), of(options), {
      has: 'decision',
    }).catch(retoldOf('winner'))
    say(options, changed, () => plain(says(changed)))
  }

async function remove(name: string, options: Options & { yes?: true }): Promise<void> {
  const server = reached(options)
  if (!options.yes) {
    await ask(server, 'GET', asked(name, options), undefined, { has: 'decision' })
    throw new Stop(
      `${name} goes with all that it has learnt and counted. If that is meant:  npx graupel experiment delete ${quoted(name)} --site ${quoted(options.site)} --yes`,
    )
  }
  await ask(server, 'DELETE', asked(name, options), undefined, { patience: REMOVAL_MS })
  say(options, { deleted: name }, () => plain(`${name} is deleted, with all that it had learnt`))
}

/** Each of the site's objects takes it out of what it has. */
const REMOVAL_MS = 60_000

const helped = (verb: Command, ...examples: string[]): Command =>
  verb.addHelpText(
    'after',
    `${REACHES}\n\nExample${examples.length > 1 ? 's' : ''}\n${examples.map((words) => `  $ npx graupel experiment ${words}`).join('\n')}`,
  )

const ofSite = (verb: Command): Command => verb.requiredOption('--site <site>', 'whose it is: number or name')

export function addExperiment(program: Command): void {
  const experiment = program
    .command('experiment')
    .description('make experiments, and see what they have found out')
    .addHelpText('after', '\nExample\n  $ npx graupel experiment show checkout --site shop')
  const verb = (name: string, does: string) =>
    ofSite(experiment.command(name).description(does).argument('<name>', "the decision's name"))

  const creating = verb('create', 'make one, which runs from then on')
    .option(
      '--option <name>',
      'one to choose from, at least two; the first is the one that others are compared with',
      collect,
    )
    .option('--weights <numbers>', 'how often each is drawn: 3,1; without it all alike')
    .option('--policy <policy>', 'contextual (without this option), thompson, hailwhale, or split for an A/B test')
    .option('--by <metric>', 'what is to be had: earned/spent, or earned per decision; without it a reward, once')
    .option('--kind <kind>', 'rate (a decision is rewarded once or not) or ratio')
    .option('--goal <goal>', 'more or less')
    .option('--aim <aim>', 'earn, or identify the best soonest')
    .option('--dimension <name>', 'that may matter; repeat it for more', collect)
    .option('--personalise <how>', 'fitted, or strong')
    .option('--floor <share>', 'spread over all options')
    .option('--temper <number>', 'below 1 is bolder')
    .option('--half-life <seconds>', 'after which what was seen counts half')
    .option('--window <seconds>', 'after a decision in which its reward counts')
    .option('--sticky <seconds>', 'that a browser keeps its option')
    .option('--warm <number>', 'decisions of each option before the policy takes over')
    .option('--cap <quantile>', 'above which rewards are taken for no more')
    .option('--holdout <share>', 'that gets all options alike')
    .option('--hash <hash>', 'murmur, or alephbet for users that come from there')
    .option('--conversion <goal>', 'the goal that rewards; without it any')
  speaks(reaches(creating), 'the experiment as JSON').action(create)
  helped(
    creating,
    'create checkout --site shop --option long --option short',
    'create price --site shop --option 9 --option 12 --by earned/hits --dimension country',
    'create button --site shop --option red --option green --policy split --weights 3,1',
  )

  const listing = ofSite(experiment.command('list').description('which there are')).option(
    '--hidden',
    'those that are hidden, too',
  )
  speaks(reaches(listing), 'experiments as JSON').action(list)
  helped(listing, 'list --site shop')

  const showing = verb('show', 'what it has found out so far').option(
    '--control <option>',
    'that others are compared with; without it the first',
  )
  speaks(reaches(showing), 'its results as JSON').action(show)
  helped(showing, 'show checkout --site shop', 'show checkout --site shop --control short')

  const pausing = verb('pause', 'give everybody the first option, for now')
  speaks(reaches(pausing), 'the experiment as JSON').action(
    changes(
      () => ({ status: 'paused' }),
      ({ decision, options }) => `${decision} is paused: everybody gets ${options[0]}, and nothing is counted for it`,
    ),
  )
  helped(pausing, 'pause checkout --site shop')

  const resuming = verb('resume', 'go on with one that is paused or finished')
  speaks(reaches(resuming), 'the experiment as JSON').action(
    changes(
      () => ({ status: 'running' }),
      ({ decision }) => `${decision} is running`,
    ),
  )
  helped(resuming, 'resume checkout --site shop')

  const finishing = verb('finish', 'end it: everybody gets the winner').option(
    '--winner <option>',
    'what everybody gets; without it the first',
  )
  speaks(reaches(finishing), 'the experiment as JSON').action(
    changes(
      ({ winner }) => ({ status: 'finished', ...(winner !== undefined && { winner }) }),
      ({ decision, winner, options }) => `${decision} is finished: everybody gets ${winner ?? options[0]}`,
    ),
  )
  helped(finishing, 'finish checkout --site shop --winner short')

  const hiding = verb('hide', 'leave it out of the list')
  speaks(reaches(hiding), 'the experiment as JSON').action(
    changes(
      () => ({ hidden: true }),
      ({ decision }) => `${decision} is hidden, and goes on as it was`,
    ),
  )
  helped(hiding, 'hide checkout --site shop')

  const unhiding = verb('unhide', 'have it in the list again')
  speaks(reaches(unhiding), 'the experiment as JSON').action(
    changes(
      () => ({ hidden: false }),
      ({ decision }) => `${decision} is in the list again`,
    ),
  )
  helped(unhiding, 'unhide checkout --site shop')

  const deleting = verb('delete', 'delete it, with all that it has learnt').option('--yes', 'that is meant')
  speaks(reaches(deleting), 'what was deleted, as JSON').action(remove)
  helped(deleting, 'delete checkout --site shop --yes')
}
