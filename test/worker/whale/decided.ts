/** Experiments, and events that tell of their decisions: what a Whale's learning is tried on. */
import { evictDurableObject, runInDurableObject } from 'cloudflare:test'
import type { Event, Numbers } from '../../../sdk/wire/event'
import type { Exposure, Note } from '../../../sdk/wire/note'
import { DEFAULTS } from '../../../worker/decide/experiment'
import { place } from '../../../worker/hail/ids'
import type { Entry } from '../../../worker/hail/log'
import { typeOfDecision } from '../../../sdk/wire/word'
import type { Beginning } from '../../../worker/whale/board'
import type { JournalQuestion, Page } from '../../../worker/whale/page'
import type { Notes, Telling } from '../../../worker/whale/slice'
import type { madeSite } from '../objects'

export type Made = Awaited<ReturnType<typeof madeSite>>

export const experiment = (key: string, more: Partial<Beginning> = {}): Beginning => ({
  ...DEFAULTS,
  key,
  arms: ['a', 'b'].map((id) => ({ id, weight: 1 })),
  num: 'reward',
  den: 'hits',
  status: 'running',
  isHidden: false,
  hash: 'murmur',
  sticky: 86_400_000,
  ...more,
})

let ids = 0

/** An entry of one event that is counted for an option. */
export function counted(decision: string, option: string, more: Partial<Event> = {}): Entry {
  ids += 1
  return entry(`n${ids}`, { type: typeOfDecision(decision, option), ...more })
}

type Told = Partial<Omit<Exposure, 'kind' | 'option' | 'id'>>

/** Of the first experiment of a site with two options, decided just now, unless something else is said. */
const decision = (id: string, option: string, more: Told) => ({
  decision: 'page',
  option,
  number: 1,
  id,
  at: Date.now(),
  propensities: [0.5, 0.5],
  context: ['SE', 'phone', 'Chrome'],
  version: 1,
  ...more,
})

export function exposure(id: string, option: string, more: Told = {}, event: Partial<Event> = {}): Entry {
  const { context, ...note } = decision(id, option, more)
  // Where the event itself knows its visitor, the note need not.
  return noted(`x${id}`, { kind: 'exposure', ...note, ...(!event.dimensions && { context }) }, event)
}

/** What a browser that chose by itself says. */
export function own(id: string, option: string, at = Date.now()): Entry {
  return noted(`o${id}`, { kind: 'exposure', decision: 'page', option, id, at })
}

let rewards = 0

/** `when` it came; each has an id of its own. */
export function reward(
  id: string,
  option: string,
  metrics: Numbers = { reward: 1 },
  { when = Date.now(), goal, ...more }: Told & { when?: number; goal?: string } = {},
): Entry {
  rewards += 1
  const note: Note = { kind: 'reward', ...decision(id, option, more), metrics, ...(goal !== undefined && { goal }) }
  return noted(`r${rewards}`, note, { at: when })
}

export function outcome(option: string, metrics: Numbers, event: Partial<Event> = {}): Entry {
  rewards += 1
  return noted(`u${rewards}`, { kind: 'outcome', decision: 'page', option, metrics }, event)
}

/** An entry that tells a note, known by a word. */
export const noted = (word: string, note: Note, more: Partial<Event> = {}): Entry =>
  entry(word, {
    type: note.kind === 'track' ? 'gimel' : typeOfDecision(note.decision, note.option),
    note,
    ...more,
  })

function entry(word: string, more: Partial<Event>): Entry {
  const event: Event = { at: Date.now(), type: 'decision', dimensions: {}, metrics: {}, ...more }
  return { id: word.padEnd(10, '.'), ...place(undefined, Date.now()), text: JSON.stringify([event]) }
}

/** Dimensions nest without end, and so would the types of what a stub answers. */
export const notesOf = ({ hail }: Pick<Made, 'hail'>, after = 0): Promise<Notes> =>
  (hail() as unknown as Telling).notes(after)

/** The journal of the last days. */
export async function page({ whale }: Pick<Made, 'whale'>, more: Partial<JournalQuestion> = {}): Promise<Page> {
  const asked = { decision: 'page', from: Date.now() - 30 * 86_400_000, to: Date.now() + 1, ...more }
  const found = await whale().decided(asked)
  if (!found || 'problem' in found) throw new Error(found?.problem ?? 'no such experiment')
  return found
}

/** As if the site's experiments had been made so long ago. */
export async function aged({ whale }: Pick<Made, 'whale'>, ms: number): Promise<void> {
  await runInDurableObject(whale() as unknown as Stub, (_, { storage: { sql } }) => {
    sql.exec(`UPDATE experiment SET definition = json_set(definition, '$.created', definition ->> '$.created' - ?)`, ms)
  })
  await evictDurableObject(whale())
}

type Saved = { table: string; rows: Record<string, SqlStorageValue>[] }[]

/** All that a Whale has on disk. */
export const snapshot = ({ whale }: Pick<Made, 'whale'>): Promise<Saved> =>
  runInDurableObject(whale() as unknown as Stub, (_, { storage: { sql } }) =>
    sql
      .exec<{ name: string }>(`SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT GLOB '_cf_*'`)
      .toArray()
      .map(({ name }) => ({ table: name, rows: sql.exec(`SELECT * FROM ${name}`).toArray() })),
  )

/** Puts it back to that. */
export const restore = ({ whale }: Pick<Made, 'whale'>, saved: Saved): Promise<void> =>
  runInDurableObject(whale() as unknown as Stub, (_, { storage: { sql } }) => {
    for (const { table, rows } of saved) {
      sql.exec(`DELETE FROM ${table}`)
      for (const row of rows) {
        const marks = Object.keys(row).map(() => '?')
        sql.exec(`INSERT INTO ${table} (${Object.keys(row).join()}) VALUES (${marks.join()})`, ...Object.values(row))
      }
    }
  })

type Stub = DurableObjectStub<undefined>
