/** A page of the journal: decisions with all that is known to have come of each, wherever in it that lies. */
import { type Definition, PER_DECISION } from '../decide/definition'
import { weightsOf } from '../decide/experiment'
import type { Values } from './board'
import type { Lines } from './journal'
import { TooMuch } from './question'

/** More than this and the rewards of one page take seconds to find. */
export const MOST_NOTES = 2_000_000
/** Characters of exposures in one page: a message carries 32 MiB, and names are told with each line. */
const PAGE = 2 * 1024 * 1024

/** What is asked: decisions that were made in [from, to), after a place in the journal. Unix milliseconds. */
export interface JournalQuestion {
  decision: string
  from: number
  to: number
  /** What the page before said comes next. */
  after?: string
}

/** One decision, and all that is known to have come of it. */
export interface Line {
  t: number
  id: string
  decision: string
  option: string
  /** The chance that the option had, and that of each. */
  p: number
  propensities: number[]
  /** Version of the weights; 0 of a split's. */
  w: number
  holdout: boolean
  context: Record<string, string>
  x: number
  y: number
}

export interface Page {
  lines: Line[]
  /** Where the next page begins; absent on the last. */
  next?: string
}

/** The journal at one moment, for one page of it. Throws TooMuch. */
export async function page(
  sql: SqlStorage,
  definition: Definition,
  { from, to, after = '0' }: JournalQuestion,
  waiting: Lines,
): Promise<Page> {
  const rows = rowsOf(sql, definition.number, { from, to })
  // The last row is added to: what it has now and what is not in it yet are seen in the same turn.
  const last = rows.at(-1) && { id: rows.at(-1)!.id, ...textsOf(sql, definition.number, rows.at(-1)!.id) }
  const read = (id: number) => (id === last?.id ? last : textsOf(sql, definition.number, id))
  const found = new Map<string, Line>()
  const take = (texts: Iterable<string>, weights: readonly number[]) => {
    for (const line of linesOf(texts, definition, weights)) if (line.t >= from && line.t < to) found.set(line.id, line)
  }
  let characters = 0
  let next: number | undefined
  for (const { id } of rows.filter((row) => row.id > Number(after))) {
    const texts = read(id)
    take(split(texts.exposures), JSON.parse(texts.weights || '[]') as number[]) // What write wrote.
    characters += texts.exposures.length
    await scheduler.wait(0)
    if (characters < PAGE || id === last?.id) continue
    next = id
    break
  }
  if (next === undefined) take(waiting.exposures, weightsOf(definition))
  const rewards = (id: number) => (id === last?.id ? last.rewards : rewardsOf(sql, definition.number, id))
  await join(found, rows, rewards, waiting)
  return { lines: [...found.values()], ...(next !== undefined && { next: String(next) }) }
}

interface Row {
  id: number
  start: number
  until: number
}

function rowsOf(sql: SqlStorage, number: number, { from, to }: { from: number; to: number }): Row[] {
  const rows = sql
    .exec<{ id: number; start: number; until: number; notes: number }>(
      `SELECT id, start, until, notes FROM note WHERE experiment = ? AND until >= ? AND start < ? ORDER BY id`,
      number,
      from,
      to,
    )
    .toArray()
  const notes = rows.reduce((sum, row) => sum + row.notes, 0)
  if (notes > MOST_NOTES) {
    throw new TooMuch(
      `would look at ${notes} decisions and rewards, and ${MOST_NOTES} are the most; take a shorter time`,
    )
  }
  return rows
}

type Texts = { weights: string; rewards: string; exposures: string }

/** A row may have been let go of meanwhile. */
function textsOf(sql: SqlStorage, number: number, id: number): Texts {
  const [row] = sql
    .exec<Texts>(`SELECT weights, rewards, exposures FROM note WHERE experiment = ? AND id = ?`, number, id)
    .toArray()
  return row ?? { weights: '', rewards: '', exposures: '' }
}

/** Exposures are many and rewards are few: those are passed by. */
function rewardsOf(sql: SqlStorage, number: number, id: number): string {
  const [row] = sql
    .exec<{ rewards: string }>(`SELECT rewards FROM note WHERE experiment = ? AND id = ?`, number, id)
    .toArray()
  return row?.rewards ?? ''
}

const split = (text: string): string[] => text.split('\n').slice(0, -1)

/** What write wrote, or would write. */
type Exposure = [
  at: number,
  id: string,
  arm: number,
  version: number,
  holdout: 0 | 1,
  propensities: number[] | 0,
  context: Values,
]
type Reward = [at: number, id: string, x: number, y: number]

function* linesOf(texts: Iterable<string>, definition: Definition, weights: readonly number[]): Generator<Line> {
  const { key, arms, dimensions, kind, den } = definition
  for (const text of texts) {
    const [t, id, arm, w, holdout, told, values] = JSON.parse(text) as Exposure
    const propensities = told || [...weights]
    const context = Object.fromEntries(dimensions.flatMap((name, i) => (values[i] == null ? [] : [[name, values[i]]])))
    yield {
      t,
      id,
      decision: key,
      option: arms[arm]!.id,
      p: propensities[arm]!,
      propensities,
      w,
      holdout: holdout === 1,
      context,
      x: 0,
      y: kind === 'rate' || den === PER_DECISION ? 1 : 0,
    }
  }
}

/** Adds what came of the decisions found, which is told by the time that they were made at. */
async function join(
  found: ReadonlyMap<string, Line>,
  rows: readonly Row[],
  rewards: (id: number) => string,
  waiting: Lines,
): Promise<void> {
  let [first, last] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (const { t } of found.values()) [first, last] = [Math.min(first, t), Math.max(last, t)]
  const pay = (texts: Iterable<string>) => {
    for (const text of texts) {
      const [, id, x, y] = JSON.parse(text) as Reward
      const line = found.get(id)
      if (!line) continue
      line.x += x
      line.y += y
    }
  }
  for (const { id } of rows.filter(({ start, until }) => until >= first && start <= last)) {
    pay(split(rewards(id)))
    await scheduler.wait(0)
  }
  pay(waiting.rewards)
}
