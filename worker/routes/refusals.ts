/**
 * Refusals of this isolate that no object knows of yet, by site and reason. They ride on the site's next append,
 * or go by themselves at most once a minute; an isolate that ends takes its last ones with it, so they are approximate.
 */
import type { Event } from '../../sdk/wire/event'
import type { Reason } from '../ingest/refusal'

const ALONE_MS = 60_000
/** Refusals of no site, or of one that is not listed here, belong to the deployment. */
export const NO_SITE = 0
export const REFUSED_TYPE = 'refused'

export class Refusals {
  private readonly bySite = new Map<number, Map<Reason, number>>()
  private readonly told = new Map<number, number>()

  add(site: number, reason: Reason, events = 1): void {
    const reasons = this.bySite.get(site) ?? new Map<Reason, number>()
    this.bySite.set(site, reasons)
    reasons.set(reason, (reasons.get(reason) ?? 0) + events)
  }

  /** What is not told yet, left in place. */
  waiting(site: number): [Reason, number][] {
    return [...(this.bySite.get(site) ?? [])]
  }

  /** Takes what is not told yet; give it `back` if the telling fails. */
  take(site: number, now: number): [Reason, number][] {
    const reasons = this.waiting(site)
    this.bySite.delete(site)
    this.told.set(site, now)
    return reasons
  }

  back(site: number, counts: [Reason, number][]): void {
    for (const [reason, count] of counts) this.add(site, reason, count)
  }

  /** Whether they may go by themselves now. */
  due(site: number, now: number): boolean {
    return this.bySite.has(site) && now - (this.told.get(site) ?? 0) >= ALONE_MS
  }
}

/** Refusals are events like all others, so graphs and rankings of them come free. */
export const refusalEvents = (counts: [Reason, number][], at: number): Event[] =>
  counts.map(([reason, hits]) => ({ at, type: REFUSED_TYPE, dimensions: { reason }, metrics: { hits } }))
