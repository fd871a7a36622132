/**
 * The three objects as they are, with a meter between each and its disk, and with what a bench must do to an object:
 * ring its alarm, end its life, weigh its tables; and a Hail plays the traffic that comes to it.
 */
import { Hail as RealHail } from '../../../worker/hail/hail'
import { Pod as RealPod } from '../../../worker/pod/pod'
import { Whale as RealWhale } from '../../../worker/whale/whale'
import type { Env } from '../../../worker/env'
import { place } from '../../../worker/hail/ids'
import { clock } from './clock'
import type { Isolate } from './isolate'
import { LEVELS, meter, nextAlarm } from './meter'
import { called, counted, sleepsAt } from './presence'
import type { Weights } from './report'
import type { Traffic, View } from './traffic'

/** A chain of promises within one object is shorter than this. */
const STEPS = 40

/** What comes to the Hail that plays, and whether it sleeps meanwhile: one isolate, one play. */
export const stage: { traffic?: Traffic | undefined; isolate?: Isolate; sleeps: boolean } = { sleeps: false }

export class Pod extends RealPod {
  constructor(ctx: DurableObjectState, env: Env) {
    meter('pod', ctx)
    super(ctx, counted(env))
  }
}

export class Whale extends RealWhale {
  constructor(ctx: DurableObjectState, env: Env) {
    meter('whale', ctx)
    super(ctx, counted(env))
  }

  ring(): Promise<void> {
    return this.alarm()
  }

  /** What a call costs that does nothing. */
  nothing(): number {
    return 0
  }

  die(): void {
    this.ctx.abort('the bench ends this life')
  }

  weigh(): Weights {
    return weigh(this.ctx.storage.sql)
  }

  /** Raw events that reach back no further than a time. */
  archived(since: number): number {
    return this.ctx.storage.sql
      .exec<{ events: number }>(`SELECT coalesce(sum(events), 0) AS events FROM event WHERE until >= ?`, since)
      .one().events
  }

  /** Bytes of the file, were a table's rows not there. They are: what is undone was never done. */
  weighWithout(table: string): number {
    const { storage } = this.ctx
    const weighed = new Error('weighed')
    let bytes = 0
    try {
      storage.transactionSync(() => {
        storage.sql.exec(`DELETE FROM ${table}`)
        bytes = storage.sql.databaseSize
        throw weighed
      })
    } catch (error) {
      if (error !== weighed) throw error
    }
    return bytes
  }
}

export class Hail extends RealHail {
  private handing: Promise<void> | undefined
  private failure: unknown

  constructor(ctx: DurableObjectState, env: Env) {
    meter('hail', ctx)
    super(ctx, counted(env))
  }

  override merge(): Promise<void> {
    this.handing = super.merge()
    return this.handing
  }

  ring(): Promise<void> {
    return this.alarm()
  }

  nothing(): number {
    return 0
  }

  die(): void {
    this.ctx.abort('the bench ends this life')
  }

  weigh(): Weights {
    return weigh(this.ctx.storage.sql)
  }

  /**
   * Takes what the traffic brings, until a time, the next alarm of any object, or a lull that it sleeps through.
   * Nobody waits for another's answer.
   */
  async play(site: number, until: number): Promise<void> {
    const { traffic, isolate } = stage
    if (!traffic || !isolate) throw new Error('no traffic')
    for (;;) {
      const at = Math.min(traffic.next, clock.nextWait)
      if (at > until || at >= (nextAlarm()?.at ?? Number.POSITIVE_INFINITY)) break
      if (stage.sleeps && at > sleepsAt('hail')) break
      clock.set(at)
      if (traffic.next <= at) {
        await isolate.prepare(site, at)
        this.take(traffic.take())
      } else clock.endWaits()
      await steps()
      await this.handing
      if (this.failure) throw this.failure
    }
  }

  private take({ at, id, events }: View): void {
    this.append([{ id, ...place(at, at), text: JSON.stringify(events) }]).then(
      () => called('hail', at),
      (error: unknown) => {
        this.failure = error
      },
    )
  }
}

/** Lets every promise that can go on go on. */
async function steps(): Promise<void> {
  for (let i = 0; i < STEPS; i++) await Promise.resolve()
}

/** One log for all its hours; cells by their level. */
const nameOf = (table: string, level: number): string =>
  level ? `${table} ${LEVELS[level] ?? level}` : table.replace(/_\d+$/, '')

function weigh(sql: SqlStorage): Weights {
  const tables: Weights['tables'] = {}
  const names = sql.exec<{ name: string }>(
    `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT GLOB '_cf_*' AND name NOT GLOB 'sqlite_*'`,
  )
  for (const { name } of names.toArray()) {
    const columns = sql
      .exec<{ name: string }>(`SELECT name FROM pragma_table_info(?) WHERE type IN ('TEXT', 'BLOB')`, name)
      .toArray()
    const lengths = columns.map((column) => `coalesce(octet_length(${column.name}), 0)`)
    const level = name === 'cell' ? 'level' : '0'
    const groups = sql.exec<{ level: number; rows: number; bytes: number }>(
      `SELECT ${level} AS level, count(*) AS rows, sum(${['0', ...lengths].join(' + ')}) AS bytes FROM ${name} GROUP BY 1`,
    )
    for (const { level: number, rows, bytes } of groups) {
      const known = (tables[nameOf(name, number)] ??= { rows: 0, bytes: 0 })
      known.rows += rows
      known.bytes += bytes
    }
  }
  return { file: sql.databaseSize, tables }
}
