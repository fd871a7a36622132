/**
 * An isolate's copy of the Pod's list, so that a request for a site that is not listed never leaves the isolate.
 * Changes made elsewhere arrive within a minute; if the Pod is away, the copy serves for a day.
 */
import { type Env, pod } from '../env'
import type { Site } from '../ingest/settings'

/** A listed site's settings may be this old. */
const FRESH_MS = 60_000
/** For a site that is not listed the Pod is asked at most this often: it may have just been made at another isolate. */
const ASK_AGAIN_MS = 5_000
/** With the Pod away, an older copy than this is no longer trusted. */
const STALE_MS = 24 * 3_600_000

export class Directory {
  private readonly sites = new Map<number, Site>()
  private version = 0
  /** When the Pod last answered, and when it last failed to; unix milliseconds. */
  private answered = 0
  private failed = 0

  /**
   * The site's settings, or undefined where there is no such site. Throws where that can't be known:
   * an event is refused for good only by a list that is in force.
   */
  site(env: Env, number: number, now: number): Promise<Site | undefined> {
    return this.find(env, () => this.sites.get(number), now)
  }

  named(env: Env, name: string, now: number): Promise<Site | undefined> {
    return this.find(env, () => [...this.sites.values()].find((site) => site.name === name), now)
  }

  /** What a path's first segment stands for at some site: only the copy at hand is asked, since anyone can try names. */
  prefix(segment: string): 'script' | 'pixel' | undefined {
    for (const { prefixes } of this.sites.values()) {
      if (prefixes.script === segment) return 'script'
      if (prefixes.pixel === segment) return 'pixel'
    }
    return undefined
  }

  async all(env: Env, now: number): Promise<Site[]> {
    await this.refresh(env, now)
    return [...this.sites.values()].sort((a, b) => a.created - b.created)
  }

  private async find(env: Env, look: () => Site | undefined, now: number): Promise<Site | undefined> {
    const age = now - this.answered
    const known = look()
    if (known && age <= FRESH_MS) return known
    if (!known && age <= ASK_AGAIN_MS) return undefined
    if (now - this.failed > ASK_AGAIN_MS) await this.refresh(env, now).catch(() => undefined)
    if (this.failed <= this.answered) return look()
    if (known && age <= STALE_MS) return known
    throw new Error('the list of sites is out of reach')
  }

  /**
   * Asks for what changed. Each caller asks for itself, since a promise of one request can't be awaited in another;
   * the clock is set only by an answer, so that none takes a list for complete while it is on its way.
   */
  async refresh(env: Env, now: number): Promise<void> {
    try {
      const { version, changed } = await pod(env).changes(this.version)
      for (const { site, settings } of changed) {
        if (settings) this.sites.set(site, settings)
        else this.sites.delete(site)
      }
      this.version = Math.max(this.version, version)
      this.answered = now
      this.failed = 0
    } catch (error) {
      this.failed = now
      throw error
    }
  }
}
