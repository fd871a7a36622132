/**
 * Readings: each takes one look at all there is at this moment (cells, what is pending, a peek at each Hail) and makes an
 * answer of it. What was answered is kept for the same question and the same moment of the site, so it is never stale.
 */
import type { Graph } from '../../sdk/wire/query'
import { hail } from '../env'
import { Bounded } from '../ingest/bounded'
import { encode } from '../rollup/fragment'
import { floor, next } from '../rollup/interval'
import type { Shown } from '../rollup/shown'
import { type Answer, answer } from './answer'
import { type Question, spansOf, TooMuch } from './question'
import { cube, type CubeQuestion, spanOf } from './cube'
import { excerpt, type ExcerptQuestion } from './excerpt'
import type { Life, Terms } from './life'
import { type Live, live, type LiveQuestion } from './live'
import { allNotes, type Noting } from './notes'
import { Peeks } from './peeks'
import { rank, type RankQuestion } from './rank'
import { type RawQuestion, readRaw } from './raw'
import { type Readable, Reader } from './reader'
import { recent } from './recent'
import { askAll } from './shards'
import type { Peek } from './slice'
import { spy, type SpyQuestion } from './spy'
import { Tracks } from './tracks'

/** Whether a Hail did not answer in time. */
type Wholeness = { partial?: true }
export type Answered = Answer & Pick<Graph, 'partial'>

/** Answers that are kept, and the points of one: together some megabytes. */
const MOST_KEPT = 64
const MOST_POINTS = 4_000
/** A merge on the way makes what was seen stale; a second one in a row is rare. */
const ROUNDS = 2

/** A site without events. */
const NOTHING: Readable = { series: () => new Map(), children: () => new Map() }

interface Look {
  reader: Reader
  partial: Wholeness
  /** What the moment is known by. */
  moment: string
}

export class Readings {
  private readonly peeks: Peeks
  private readonly kept = new Bounded<Answer>(MOST_KEPT)

  constructor(private readonly life: Life) {
    this.peeks = new Peeks((shard) => hail(life.env, life.site, shard))
  }

  async answer(question: Question): Promise<Answered> {
    const { reader, partial, moment } = await this.look()
    const name = `${moment} ${nameOf(question)}`
    const known = this.kept.get(name)
    const made = known ?? answer(reader, question)
    if (!known && !partial.partial && pointsOf(made) <= MOST_POINTS) this.kept.set(name, made)
    return { ...made, to: endOf(question), ...partial }
  }

  /** An answer from raw events, those that a filter finds; or why they can't be had. */
  async search(question: Question): Promise<Answered> {
    const found = await this.scan({ ...question, spans: spansOf(question) })
    if ('problem' in found) return { ...answer(NOTHING, question), source: 'raw', problem: found.problem }
    return { ...answer(found.reader, question), source: 'raw', ...found.partial }
  }

  async rank(question: RankQuestion) {
    const { reader, partial } = await this.look()
    return { ...rank(reader, question), ...partial }
  }

  async cube(question: CubeQuestion) {
    const { plan, where, type, interval, zones } = question
    if (!where) {
      const { reader, partial } = await this.look()
      return { ...cube(reader, question), ...partial }
    }
    const asked = { type, interval, zones, where, dimension: plan.prefix, depth: plan.levels.length }
    const found = await this.scan({ ...asked, spans: [spanOf(question)] })
    return 'problem' in found ? found : { ...cube(found.reader, question), ...found.partial }
  }

  /** The cells that a question is answered from, for whoever sums several sites. */
  async excerpt(question: ExcerptQuestion): Promise<{ parts: Uint8Array[] } & Wholeness> {
    const { reader, partial } = await this.look()
    return { parts: encode(excerpt(reader, question)), ...partial }
  }

  /** The last events one by one, newest first. Where no raw events are kept, as many as the Hails' logs still have. */
  async spy(question: SpyQuestion): Promise<{ events: Shown[] } & Wholeness> {
    const terms = await this.life.settled()
    // What is handed on stays in the logs for a while, and comes to no Whale of ours.
    const isKept = terms.keep.raw > 0 && !terms.linked
    const { env, site } = this.life
    const from = isKept ? undefined : () => 0
    const { found, partial } = await this.unmerged(terms, (shard, at) => hail(env, site, shard).spy(at, question), from)
    const merged = (count: number) => (isKept && this.life.look(terms) ? recent(this.life.sql, count) : [])
    const { events, isCut } = spy(found, question, merged)
    return { events, ...partial, ...(isCut && { partial: true as const }) }
  }

  /** What was tracked, of all namespaces, with what is not merged yet. */
  async tracks(): Promise<{ tracks: Tracks } & Wholeness> {
    const terms = await this.life.settled()
    const { env, site } = this.life
    // Dimensions are a tree, and RPC's types would unfold it without end.
    const noting = (shard: number) => hail(env, site, shard) as unknown as Noting
    const { found, partial } = await this.unmerged(terms, (shard, from) => allNotes(noting(shard), from))
    const tracks = new Tracks(this.life.look(terms) && this.life.sql)
    for (const { note } of found.flatMap(({ notes }) => notes)) if (note.kind === 'track') tracks.add(note)
    return { tracks, ...partial }
  }

  /** Rates, busiest keys and last values of this moment. */
  async live(question: LiveQuestion): Promise<Live> {
    const { env, site } = this.life
    const { shards } = await this.life.settled()
    return live(await askAll(shards, (shard) => hail(env, site, shard).pulse(question)), question)
  }

  /** Looks through the archive and what is not in it yet. */
  private async scan(question: RawQuestion): Promise<{ reader: Readable; partial: Wholeness } | { problem: string }> {
    const terms = await this.life.settled()
    const { env, site } = this.life
    const { found, partial, upTo } = await this.unmerged(terms, (shard, cursor) => hail(env, site, shard).raw(cursor))
    const waiting = found.flatMap(({ raw }) => raw)
    const isCut = found.some((each) => each.isCut)
    this.life.scans += 1
    try {
      const reader = await readRaw({ sql: this.life.sql, upTo, waiting }, question)
      return { reader, partial: isCut ? { partial: true } : partial }
    } catch (error) {
      if (error instanceof TooMuch) return { problem: error.message }
      throw error
    } finally {
      this.life.scans -= 1
    }
  }

  private lastEvent(terms: Terms): number {
    if (!this.life.look(terms)) return 0
    return this.life.sql.exec<{ id: number | null }>(`SELECT max(id) AS id FROM event`).one().id ?? 0
  }

  /** All there is at this moment, for one answer. */
  private async look(): Promise<Look> {
    const { life } = this
    const terms = await life.settled()
    const { peeks, partial } = await this.peeks.collect(terms.shards, (shard) => this.cursor(terms, shard))
    const state = life.look(terms)
    const { sql } = life
    const reader = new Reader({ sql, names: state?.names, pending: state?.pending, peeks, zones: terms.zones })
    return { reader, partial: partial ? { partial } : {}, moment: momentOf(life.version, peeks) }
  }

  /** Asks each Hail for what it holds after its cursor, or after another place; what no longer fits, since it was merged meanwhile, is asked again. */
  private async unmerged<Found extends { from: number }>(
    terms: Terms,
    ask: (shard: number, from: number) => Promise<Found>,
    from = (shard: number) => this.cursor(terms, shard),
  ): Promise<{ found: Found[]; partial: Wholeness; upTo: number }> {
    let found: Found[] = []
    for (let round = 0; round < ROUNDS && found.length < terms.shards; round++) {
      const answers = await askAll(terms.shards, (shard) => ask(shard, from(shard)))
      found = answers.flatMap((each, shard) => (each?.from === from(shard) ? [each] : []))
    }
    // In the same turn as the cursors were compared: what is merged from here on has a row beyond this one.
    const upTo = this.lastEvent(terms)
    return { found, partial: found.length < terms.shards ? { partial: true } : {}, upTo }
  }

  private cursor(terms: Terms, shard: number): number {
    return this.life.look(terms)?.cursors.get(shard) ?? 0
  }
}

const pointsOf = ({ series }: Answer): number => series.reduce((sum, { points }) => sum + points.length, 0)

const momentOf = (version: number, peeks: readonly Peek[]): string =>
  `${version} ${peeks.map(({ from, to }) => `${from}-${to}`).join()}`

/** A question by the buckets it asks for: asked a moment later it is the same one. */
function nameOf({ now, from, to, ...question }: Question): string {
  const { interval, zones } = question
  const bucket = (ms: number) => floor(interval, ms, zones)
  return JSON.stringify([question, bucket(from), bucket(to - 1), bucket(now)])
}

/** To the end of the last bucket, or to now where that is not over. */
function endOf({ interval, to, now, zones }: Question): number {
  return Math.max(to, Math.min(next(interval, floor(interval, to - 1, zones), zones), now + 1))
}
