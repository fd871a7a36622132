/**
 * What was tracked, as it would be with some notes more: a reader asks for the sums, a merge writes them. It refuses what
 * there is no room for: anybody can call `/track`, so what is made up must end somewhere.
 */
import { decode } from '../../sdk/wire/base64url'
import type { Track } from '../../sdk/wire/note'
import { PARTICIPATE } from '../ingest/tracking'
import type { Tracked } from '../rollup/erase'
import { emplace } from './pending'

const MOST_EXPERIMENTS = 200
const MOST_VARIANTS = 100
/** A hundred goals, and taking part. */
const MOST_EVENTS = 101

/** Gimel's answer, of one experiment. */
export interface Results {
  experiment: string
  goals: { goal: string; results: { label: string; successes: number; trials: number }[] }[]
}

/** Without an id it is not on disk yet. */
interface Series {
  id?: number
  event: string
  variant: string
  uniques: number
  /** Whom the notes add. */
  fresh: Set<string>
}

interface Roster extends Tracked {
  id?: number
  series: Map<string, Series>
  events: Set<string>
  variants: Set<string>
}

export class Tracks {
  private readonly rosters = new Map<string, Roster>()

  /** Without a disk there was nothing so far. */
  constructor(private readonly sql: SqlStorage | undefined) {
    const rows = sql?.exec<{ id: number; namespace: string; name: string }>(
      `SELECT id, namespace, name FROM roster WHERE namespace IS NOT NULL ORDER BY id`,
    )
    for (const { id, namespace, name } of rows ?? []) this.open({ namespace, experiment: name }).id = id
  }

  /** False where there is no room for what it names. */
  add({ namespace, experiment, event, variant, uuid }: Track): boolean {
    const series = this.seriesOf({ namespace, experiment }, event, variant)
    if (!series) return false
    if (!series.fresh.has(uuid) && !this.isKnown(series, uuid)) series.fresh.add(uuid)
    return true
  }

  /** Writes what was added. Call inside a transaction, and only where there is a disk. */
  write(): void {
    for (const roster of this.rosters.values())
      for (const series of roster.series.values()) if (series.fresh.size) this.keep(roster, series)
  }

  /** All there are, in the order in which they were first seen. */
  get experiments(): Tracked[] {
    return [...this.rosters.values()].map(({ namespace, experiment }) => ({ namespace, experiment }))
  }

  results(namespace: string): Results[] {
    const rosters = [...this.rosters.values()].filter((each) => each.namespace === namespace)
    return rosters.map((roster) => {
      const { experiment, series, events, variants } = this.loaded(roster)
      const count = (event: string, variant: string) => sizeOf(series.get(keyOf(event, variant)))
      const results = (goal: string) =>
        [...variants].map((label) => ({ label, successes: count(goal, label), trials: count(PARTICIPATE, label) }))
      const goals = [...events].filter((event) => event !== PARTICIPATE)
      return { experiment, goals: goals.map((goal) => ({ goal, results: results(goal) })) }
    })
  }

  private open({ namespace, experiment }: Tracked): Roster {
    return emplace(this.rosters, keyOf(namespace, experiment), () => ({
      namespace,
      experiment,
      series: new Map(),
      events: new Set(),
      variants: new Set(),
    }))
  }

  private seriesOf(tracked: Tracked, event: string, variant: string): Series | undefined {
    const isNew = !this.rosters.has(keyOf(tracked.namespace, tracked.experiment))
    if (isNew && this.rosters.size >= MOST_EXPERIMENTS) return undefined
    const roster = this.loaded(this.open(tracked))
    const { series, events, variants } = roster
    if (!events.has(event) && events.size >= MOST_EVENTS) return undefined
    if (!variants.has(variant) && variants.size >= MOST_VARIANTS) return undefined
    return series.get(keyOf(event, variant)) ?? begin(roster, { event, variant, uniques: 0 })
  }

  /** With what is on disk, read when it is first asked for. */
  private loaded(roster: Roster): Roster {
    if (roster.id === undefined || roster.series.size) return roster
    const rows = this.sql?.exec<{ id: number; event: string; variant: string; uniques: number }>(
      `SELECT id, event, variant, uniques FROM series WHERE roster = ? ORDER BY id`,
      roster.id,
    )
    for (const row of rows ?? []) begin(roster, row)
    return roster
  }

  private isKnown({ id }: Series, uuid: string): boolean {
    if (id === undefined) return false
    return !!this.sql?.exec(`SELECT 1 FROM tracked WHERE series = ? AND uuid = ?`, id, bytesOf(uuid)).toArray().length
  }

  private keep(roster: Roster, series: Series): void {
    const sql = this.sql!
    const { namespace, experiment } = roster
    roster.id ??= inserted(sql, `INSERT INTO roster (namespace, name) VALUES (?, ?)`, namespace, experiment)
    series.id ??= inserted(
      sql,
      `INSERT INTO series (roster, event, variant, uniques) VALUES (?, ?, ?, 0)`,
      roster.id,
      series.event,
      series.variant,
    )
    for (const uuid of series.fresh) sql.exec(`INSERT INTO tracked VALUES (?, ?)`, series.id, bytesOf(uuid))
    sql.exec(`UPDATE series SET uniques = uniques + ? WHERE id = ?`, series.fresh.size, series.id)
  }
}

function begin({ series, events, variants }: Roster, row: Omit<Series, 'fresh'>): Series {
  events.add(row.event)
  variants.add(row.variant)
  return emplace(series, keyOf(row.event, row.variant), () => ({ ...row, fresh: new Set() }))
}

const inserted = (sql: SqlStorage, statement: string, ...values: (string | number)[]): number =>
  sql.exec<{ id: number }>(`${statement} RETURNING id`, ...values).one().id

const sizeOf = (series: Series | undefined): number => (series ? series.uniques + series.fresh.size : 0)

/** Any character may stand in a name. */
const keyOf = (...names: string[]): string => JSON.stringify(names)

const bytesOf = (uuid: string): Uint8Array => decode(uuid)! // Whoever wrote the note has checked it.
