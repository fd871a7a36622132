/** What a Whale does when its alarm rings: closes what is pending, goes on with resets, lets go of what is too old. */
import { hail } from '../env'
import { DAY } from '../rollup/calendar'
import type { Scope } from '../rollup/erase'
import { close } from './close'
import type { Life, Terms } from './life'
import { Pending } from './pending'
import { intend, isKnown, purge, reach, type Reset, uncount, unfinished } from './reset'
import { askAll } from './shards'
import type { Told } from './slice'
import type { State } from './state'
import { nextSweep, sweep } from './sweep'

/** After something failed: it is tried again. */
const RETRY_MS = 60_000

export class Chores {
  constructor(private readonly life: Life) {}

  async all(): Promise<void> {
    this.life.rang()
    await this.close()
    await this.resume()
    await this.tidy()
    await this.sweep()
  }

  /** A Hail has no alarm of its own but for what it must merge. */
  private async tidy(): Promise<void> {
    const { env, site } = this.life
    const terms = await this.life.settle()
    // One that is away is asked again with the next alarm.
    if (terms) await askAll(terms.shards, (shard) => hail(env, site, shard).tidy())
  }

  /** Writes all that is pending into the cells. */
  async close(): Promise<void> {
    const { life } = this
    life.unsettle()
    const terms = await life.settle()
    const state = terms && life.look(terms)
    if (!terms || !state?.pending.hours.size) return
    try {
      const { names, pending } = state
      const compact = !life.scans && !unfinished(life.sql).length
      life.storage.transactionSync(() => {
        const hoursSince = Date.now() - terms.keep.hours * DAY
        close({ sql: life.sql, names, pending, zones: terms.zones, compact, hoursSince })
      })
      state.pending = new Pending()
      life.version += 1
    } catch (error) {
      life.doze()
      await this.later('close', error)
    }
  }

  /**
   * Takes a scope out of all that the site has; resolves when its answer is 0, and what is left will follow by itself.
   * `alongside` is done in the transaction that says it is intended.
   */
  async reset(scope: Scope, alongside?: () => void): Promise<void> {
    const { life } = this
    life.wake(await life.settled())
    const id = crypto.randomUUID()
    life.storage.transactionSync(() => {
      intend(life.sql, { id, scope }, Date.now())
      alongside?.()
    })
    await life.alarmBy(Date.now() + RETRY_MS)
    await this.resume()
    if (unfinished(life.sql).some((each) => each.id === id && each.stage !== 'counted')) {
      throw new Error('an object did not answer; the reset goes on by itself')
    }
  }

  /** Resets that this Whale does not know, since it was restored to a state before them. */
  hear(resets: readonly Told[], terms: Terms): State {
    const { life } = this
    for (const told of resets) {
      if (isKnown(life.sql, told.id)) continue
      life.storage.transactionSync(() => {
        intend(life.sql, told, Date.now())
        uncount(life.sql, life.wake(terms).names, told, terms.zones)
      })
      life.doze()
    }
    return life.wake(terms)
  }

  /** Takes up resets where they stand. */
  private async resume(): Promise<void> {
    const { life } = this
    const terms = await life.settle()
    if (!terms || !life.look(terms)) return
    try {
      for (const reset of unfinished(life.sql)) await this.follow(reset, terms)
    } catch (error) {
      await this.later('a reset', error)
    }
  }

  private async follow({ id, scope, stage }: Reset, terms: Terms): Promise<void> {
    const { life } = this
    if (stage === 'made') {
      const shards = Array.from({ length: terms.shards }, (_, shard) => shard)
      await Promise.all(shards.map((shard) => hail(life.env, life.site, shard).forget({ id, scope })))
    }
    // Another turn may have come further meanwhile; what was counted since then stays.
    const now = unfinished(life.sql).find((each) => each.id === id)?.stage
    if (now === 'made') reach(life.sql, id, 'told')
    if (now === 'made' || now === 'told') {
      life.storage.transactionSync(() => uncount(life.sql, life.wake(terms).names, { id, scope }, terms.zones))
      life.doze()
    }
    const left = unfinished(life.sql).find((each) => each.id === id)
    while (left && life.storage.transactionSync(() => purge(life.sql, left))) {
      life.version += 1
      await scheduler.wait(0)
    }
  }

  /** Sees to it that the alarm rings when something is next too old. */
  async plan(): Promise<void> {
    const { life } = this
    const terms = await life.settle()
    if (!terms || !life.look(terms)) return
    const then = nextSweep({ sql: life.sql, keep: terms.keep, zones: terms.zones })
    if (then !== undefined) await life.alarmBy(Math.max(then, Date.now() + RETRY_MS))
  }

  /** Lets go of what is too old, in turns, and sets the alarm for the next time. */
  private async sweep(): Promise<void> {
    const { life } = this
    const terms = await life.settle()
    if (!terms || !life.look(terms)) return
    const now = Date.now()
    const scope = { sql: life.sql, keep: terms.keep, zones: terms.zones }
    try {
      const due = nextSweep(scope)
      if (due !== undefined && due <= now) {
        for (const _ of sweep({ ...scope, now })) {
          life.look(terms)?.names.unlearn()
          await scheduler.wait(0)
        }
        life.look(terms)?.names.unlearn()
      }
      await this.plan()
      life.version += 1
    } catch (error) {
      await this.later('letting go of what is too old', error)
    }
  }

  private async later(what: string, error: unknown): Promise<void> {
    console.error(`whale ${this.life.site}: ${what} failed, will try again: ${error}`)
    await this.life.alarmBy(Date.now() + RETRY_MS)
  }
}
