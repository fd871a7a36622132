/**
 * Merges: the log is handed to the Whale slice by slice, from the Whale's own cursor on. What was answered is safe: ids are
 * filed and old log goes. What was not is folded again, and the Whale changes nothing if it has it. Of a site that is
 * linked to another Graupel the log goes there, and the Whale's cursor follows.
 */
import { pod, whale } from '../env'
import type { Link } from '../pod/links'
import type { Peek, Slice, Told } from '../whale/slice'
import { Open } from './fold'
import { Forwards, type ForwardStatus } from './forwards'
import { HERE } from './ledger'
import type { Life } from './life'
import { droppable, settle } from './settle'
import type { State } from './state'
import { remember, strike } from './strike'

/** After a failed merge: the Whale is away, and the log can wait, twice as long each time up to a bound. */
const RETRY_MS = 5_000
const LONGEST_RETRY_MS = 5 * 60_000
/** One merge hands over at most so many slices; a log longer than that goes on at the next alarm. */
const MOST_SLICES = 1_000

export class Merges {
  private open: Open | undefined
  private merging: Promise<void> | undefined
  /** Merges that failed in a row. */
  private failures = 0
  private readonly forwards: Forwards
  /** Whether the site is linked, as last heard; undefined until then. */
  private isLinked: boolean | undefined

  /** `gone` hears that the site is no more. */
  constructor(
    private readonly life: Life,
    private readonly gone: () => Promise<void>,
  ) {
    this.forwards = new Forwards(life, (state) => this.follow(state))
  }

  /** Hands on all that is committed. Safe to call at any time and twice. */
  merge(): Promise<void> {
    this.merging ??= this.mergeAll().finally(() => {
      this.merging = undefined
    })
    return this.merging
  }

  /** The owner changed whether or where the site is forwarded. */
  async hurry(): Promise<void> {
    await this.merging
    this.forwards.hurry()
    await this.merge()
  }

  forwardStatus(state: State): ForwardStatus | undefined {
    return this.forwards.status(state)
  }

  /** What the Whale has not merged, folded for a reader. Writes nothing, unless so much waits that it must be merged. */
  async peek(cursor: number): Promise<Peek> {
    const state = this.life.look()
    if (!state) return new Open(cursor).peek()
    const open = this.openAt(cursor, state)
    if (!open.fold(state.log)) return open.peek()
    // What is forwarded waits for others, however many come to look.
    if (this.isElsewhere(state)) return { ...open.peek(), isCut: true }
    await this.merge()
    const rest = this.openAt(state.places.merged, state)
    const isMore = rest.fold(state.log)
    return { ...rest.peek(), ...(isMore && { isCut: true as const }) }
  }

  /** Hands over what came until now, and takes out of the log what a reset says. Throws where the Whale is away. */
  async forget(told: Told): Promise<void> {
    const state = this.life.look()
    if (!state) return
    const { storage } = this.life
    const { log, resets, visits, ledger } = state
    const position = log.last
    await this.merge()
    // What waits for another Graupel is taken out before it goes; what is there is that one's own to reset.
    const here = this.isLinked ? Math.min(position, ledger.end) : position
    if (state.places.merged < here) throw new Error('the Whale does not merge')
    storage.transactionSync(() => {
      strike(log, position, told.scope)
      remember(storage.sql, told, position)
      if (told.scope.visitor === undefined) return
      visits.forget(told.scope.visitor)
      storage.sql.exec(`UPDATE place SET visits = ?`, visits.toBytes())
    })
    // What waits for its commit is known to this life alone, so it goes on: only what was made of the log is made anew.
    resets.push({ ...told, position })
    this.open = undefined
  }

  /** Lets go of what a site that fell silent would keep: its last hours' log, and ids that are too old to come again. */
  async tidy(): Promise<void> {
    const state = this.life.look()
    if (!state) return
    await this.merge()
    if (state.log.isOld(droppable(state, Date.now()), Date.now())) this.settle(state, state.places.merged)
    state.ids.expire(Date.now())
    for (const gate of state.gates) gate.sweep?.(Date.now())
  }

  /** Nothing is left on disk. */
  end(): void {
    this.open = undefined
    this.isLinked = undefined
    this.forwards.hurry()
  }

  private async mergeAll(): Promise<void> {
    const state = this.life.look()
    if (!state) return
    try {
      const isLinked = this.isElsewhere(state)
      if (isLinked ? await this.forward(state) : await this.mergeHere(state)) return
      // The other word came: it is asked for once.
      if (isLinked ? await this.mergeHere(state) : await this.forward(state)) return
      throw new Error('whether the site is forwarded is just being changed')
    } catch (error) {
      const { site, shard } = this.life.place
      console.error(`hail ${site}/${shard}: merge failed, will try again: ${error}`)
      this.open = undefined
      await this.life.alarm(Date.now() + Math.min(RETRY_MS * 2 ** this.failures++, LONGEST_RETRY_MS))
    }
  }

  /** Whether the site is linked, as far as is known here. */
  private isElsewhere({ ledger }: State): boolean {
    return this.isLinked ?? ledger.isElsewhere
  }

  /** Hands all to the Whale; false where that one says the site is linked. */
  private async mergeHere(state: State): Promise<boolean> {
    const { env, place } = this.life
    this.isLinked = false
    for (let asked = 0; asked < MOST_SLICES; asked++) {
      const open = this.openAt(state.places.merged, state)
      open.fold(state.log)
      if (open.isEmpty) return true
      const merged = await whale(env, place.site).merge(this.slice(open, state))
      this.open = undefined
      if ('gone' in merged) {
        await this.gone()
        return true
      }
      this.settle(state, merged.cursor)
      if (merged.linked) return false
      this.failures = 0
    }
    throw new Error(`more than ${MOST_SLICES} slices at once`)
  }

  /** Hands all to another Graupel; false where the Pod says the site is not linked. */
  private async forward(state: State): Promise<boolean> {
    const { life, forwards } = this
    const { env, place } = life
    this.isLinked = true
    if (Date.now() < forwards.notBefore) {
      await life.alarmOnce(forwards.notBefore)
      return true
    }
    const link: Link | null = await pod(env).link(place.site)
    if (!link) return false
    state.ledger.begin()
    const stand = await whale(env, place.site).stand(place.shard)
    if ('gone' in stand) {
      await this.gone()
      return true
    }
    // What the Whale has beyond the ledger it had before the site was linked.
    if (stand.cursor > state.ledger.end) state.ledger.assign(stand.cursor, HERE)
    if (stand.cursor !== state.places.merged) this.settle(state, stand.cursor)
    await this.follow(state)
    const retryAt = await forwards.round(state, link)
    this.failures = 0
    // It may be for hours: ids are filed meanwhile, so that neither memory nor waking grows with the log.
    const isLate = retryAt !== undefined && state.places.filed < state.log.last
    if (isLate || state.log.isOld(droppable(state, Date.now()), Date.now())) this.settle(state, state.places.merged)
    if (retryAt !== undefined) await life.alarm(retryAt)
    return true
  }

  /** Brings the Whale up to the ledger's end: its own rows of the log, and past those that others have. */
  private async follow(state: State): Promise<void> {
    const { env, place } = this.life
    const { ledger, log } = state
    for (let asked = 0; state.places.merged < ledger.end; asked++) {
      if (asked === MOST_SLICES) throw new Error(`more than ${MOST_SLICES} slices at once`)
      const open = new Open(state.places.merged, ledger.isHere)
      open.fold(log, ledger.end)
      const merged = await whale(env, place.site).merge({ ...this.slice(open, state), here: true })
      if ('gone' in merged) throw new Error('the site is no more')
      this.settle(state, merged.cursor)
    }
  }

  private slice(open: Open, { places, resets, ledger }: State): Slice {
    const told = resets.filter(({ position }) => position >= open.from)
    const isGap = open.from < places.dropped && ledger.isHereIn(open.from, places.dropped)
    return {
      ...open.slice(this.life.place.shard),
      ...(isGap && { gap: [open.from, places.dropped] }),
      ...(told.length && { resets: told.map(({ id, scope }) => ({ id, scope })) }),
    }
  }

  private settle(state: State, merged: number): void {
    settle(this.life.storage, state, merged)
  }

  private openAt(cursor: number, { ledger }: State): Open {
    if (this.open?.from !== cursor) this.open = new Open(cursor, ledger.isHere)
    return this.open
  }
}
