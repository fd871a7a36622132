/**
 * `…/SITE.jsm`, beside the script: experiments and goals, for pages that have them. The script hands over what it has, so
 * that there is one queue, one session and one opinion on whether anything may be said.
 */
import { shelf } from './adapter'
import { Experiment, type ExperimentOptions, type Ground } from './experiment'
import { Goal } from './goal'
import { tracking } from './tracking'
import type { Saying } from './wire/event'

type Say = (saying: Saying) => unknown
type Store = Record<string, string | undefined>

/** What a page has of it: promises, since the file has to come first. */
export interface Later {
  experiment(options: Promised): Promise<Experiment>
  goal(...goal: ConstructorParameters<typeof Goal>): Promise<Goal>
}

type Promised = Omit<ExperimentOptions, 'goals'> & { goals?: readonly (Goal | Promise<Goal>)[] }

/** Of the page load, so that what a browser does not keep is remembered that long. */
let ground: Ground | undefined

export async function experiment(
  [options]: [Promised],
  isSilent: unknown,
  say: Say,
  now: () => number,
  store: Store,
): Promise<Experiment> {
  ground ??= {
    storage: shelf(
      (name) => store[name],
      (name, text) => (store[name] = text),
    ),
    tracking: tracking(say, now),
    isSilent: Boolean(isSilent),
  }
  const goals: Goal[] = []
  for (const goal of options?.goals ?? []) goals.push(await goal)
  return new Experiment({ ...options, goals }, ground)
}

export const goal = (items: ConstructorParameters<typeof Goal>): Goal => new Goal(...items)
