/**
 * What a Whale has while it lives: its site's terms, what it read from disk when it woke, and its one alarm.
 * A reader alone makes no table, so asking after a site that never had an event writes nothing.
 */
import { type Env, pod } from '../env'
import type { Keep } from '../ingest/settings'
import type { Zones } from '../rollup/interval'
import { create, exists, isOld, migrate } from './schema'
import { type State, stateOf } from './state'
import { KEEP } from './sweep'

/** An alarm this overdue is stuck, and is set again. */
const OVERDUE_MS = 60_000

/** What the Whale must know of its site: the Pod's word, kept in case the Pod is away. */
export interface Terms {
  zones: Zones
  /** How many Hails there may be. */
  shards: number
  keep: Keep
  /** What comes from now on is another Graupel's. */
  linked?: true
}

export class Life {
  readonly sql: SqlStorage
  /** Rises with all that may change an answer. */
  version = 0
  /** Readers that go through rows and let others in meanwhile. */
  scans = 0
  private terms: Terms | undefined
  private state: State | undefined
  private alarmAt: number | null | undefined

  constructor(
    readonly site: number,
    readonly storage: DurableObjectStorage,
    readonly env: Env,
  ) {
    this.sql = storage.sql
  }

  /** The site's terms: asked of the Pod once a life and before each close, else as last heard. Undefined: it is no more. */
  async settle(): Promise<Terms | undefined> {
    if (this.terms) return this.terms
    const kept = this.kept()
    try {
      const asked = whole(await pod(this.env).terms(this.site))
      if (asked && kept && kept !== JSON.stringify(asked)) {
        this.sql.exec(`UPDATE state SET calendar = ?`, JSON.stringify(asked))
        // What is pending was cut by the old hours.
        this.doze()
      }
      this.terms = asked
    } catch (error) {
      if (!kept) throw error
      this.terms = whole(JSON.parse(kept) as Terms) // What was kept when the Pod last answered.
    }
    return this.terms
  }

  async settled(): Promise<Terms> {
    const terms = await this.settle()
    if (!terms) throw new Error(`there is no site ${this.site}`)
    return terms
  }

  /** The terms are to be asked for anew. */
  unsettle(): void {
    this.terms = undefined
  }

  /** What this life begins with. */
  wake(terms: Terms): State {
    if (!this.state && !exists(this.sql)) {
      this.storage.transactionSync(() => {
        create(this.sql)
        this.sql.exec(`UPDATE state SET calendar = ?`, JSON.stringify(terms))
      })
    }
    return this.look(terms)!
  }

  /** The same, without making a table. */
  look(terms: Terms): State | undefined {
    if (this.state || !exists(this.sql)) return this.state
    if (isOld(this.sql)) this.storage.transactionSync(() => migrate(this.sql, terms.zones))
    this.state = stateOf(this.sql, terms.zones)
    return this.state
  }

  /** Memory is in doubt, or no longer true: it is read anew when it is next asked for. */
  doze(): void {
    this.state = undefined
    this.version += 1
  }

  /** Nothing is left on disk, and whether there is such a site is asked anew. */
  end(): void {
    this.doze()
    this.terms = undefined
    this.alarmAt = null
  }

  /** The alarm has rung. */
  rang(): void {
    this.alarmAt = null
  }

  /** Sees to it that the alarm rings by then. */
  async alarmBy(at: number): Promise<void> {
    if (this.alarmAt === undefined) this.alarmAt = await this.storage.getAlarm().catch(() => null)
    if (this.alarmAt != null && this.alarmAt <= at && this.alarmAt > Date.now() - OVERDUE_MS) return
    this.alarmAt = at
    await this.storage.setAlarm(at)
  }

  private kept(): string | null {
    if (!exists(this.sql)) return null
    return this.sql.exec<{ calendar: string | null }>(`SELECT calendar FROM state`).one().calendar
  }
}

/** The first release said nothing of what is kept. */
const whole = (terms: Terms | null): Terms | undefined => (terms ? { ...terms, keep: terms.keep ?? KEEP } : undefined)
