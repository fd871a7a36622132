/**
 * The isolate's copy of what its sites' Whales know of decisions: the list of experiments, and with which probabilities
 * they serve whom. It is half a second old where somebody asks all the time, so that what is learnt is served soon, and
 * a request waits for the Whale but seldom. Where the Whale is away the copy serves on.
 * It holds answers, never promises: one request must not wait for another's work.
 */
import type { Definition } from '../decide/definition'
import type { Env } from '../env'
import { Bounded } from '../ingest/bounded'
import type { Site } from '../ingest/settings'
import type { BoardQuestion, Values, Weights } from '../whale/board'
import { decider } from './decider'

/** The Whale looks for news once a second; with this, a reward moves weights within two. */
const FRESH_MS = 400
/** What is not older is served once more, and asked for behind the answer: where many ask, nobody waits. */
const SERVED_MS = 800
/** While one request asks, others go by what is not older. */
const USABLE_MS = 2_000
/** Who decides must not wait longer. */
const PATIENCE_MS = 500
/** A Whale that did not answer is not asked by every request. */
const ASK_AGAIN_MS = 1_000
/** Sites with their lists, some hundred kilobytes at the most. */
const SITES = 300
/** Contexts of experiments, some hundred bytes each. */
const CONTEXTS = 20_000

/** When it was asked for, and when somebody last began to; unix milliseconds. */
interface Aged {
  at: number
  asking: number
}

interface List extends Aged {
  version: number
  definitions: Definitions
}

interface Weighed extends Aged {
  weights: Weights
}

export type Definitions = ReadonlyMap<string, Definition>

/** A site, and whether it is known to decide: who holds a key of it is taken at his word. */
type Deciding = Pick<Site, 'site' | 'deciding'>

/** What a decision is made by. */
export interface Known {
  /** Undefined where there is no such experiment. */
  definition?: Definition | undefined
  /** Undefined where the declared weights decide: of a split, or as nobody can say others. */
  weights?: Weights | undefined
}

/** Takes work that goes on behind an answer. */
export type Behind = (work: Promise<void>) => void

export interface Sought {
  site: Deciding
  decision: string
  /** Of whom it is for, the values that matter to it. */
  contextOf(definition: Definition): Values
}

/** What is in this isolate of what is sought. */
interface Seen extends Known {
  list: List | undefined
  /** Of its weights, where it has any of its own. */
  weighing?: { name: string; question: NonNullable<BoardQuestion['weigh']> }
  weighed?: Weighed | undefined
}

export class Boards {
  private readonly lists = new Bounded<List>(SITES)
  private readonly weighed = new Bounded<Weighed>(CONTEXTS)
  private readonly failed = new Bounded<number>(SITES)

  /**
   * All experiments by name; undefined where nobody can say which there are. `since` is when one decided elsewhere by what
   * this isolate may not have heard of.
   */
  async list(env: Env, { site, deciding }: Deciding, now: number, since = 0): Promise<Definitions | undefined> {
    if (!deciding) return new Map()
    const list = this.lists.get(String(site))
    if (isDue(list, now) || list!.at < since) await this.ask(env, site, { list }, now)
    const known = this.lists.get(String(site))
    return known && known.at >= since ? known.definitions : undefined
  }

  /** Undefined where nobody can say whether there is such an experiment. `behind` takes what need not be waited for. */
  async find(env: Env, sought: Sought, now: number, behind: Behind): Promise<Known | undefined> {
    const { site, deciding } = sought.site
    if (!deciding) return {}
    const first = this.look(sought)
    const copies = first.weighing ? [first.list, first.weighed] : [first.list]
    if (!copies.some((copy) => isDue(copy, now))) return first
    const asked = this.ask(env, site, first, now)
    if (copies.every((copy) => copy && now - copy.at <= SERVED_MS)) {
      behind(asked)
      return first
    }
    await asked
    const second = this.look(sought)
    // What this isolate has just heard of is weighed by what matters to it.
    if (second.weighing && second.weighing.name !== first.weighing?.name) await this.ask(env, site, second, now)
    const { list, ...known } = this.look(sought)
    return list && known
  }

  /** The site's experiments were changed here: the next request asks. */
  forget(site: number): void {
    const list = this.lists.get(String(site))
    if (list) this.lists.set(String(site), { ...list, at: 0, asking: 0 })
    this.failed.set(String(site), 0)
  }

  private look({ site: { site }, decision, contextOf }: Sought): Seen {
    const list = this.lists.get(String(site))
    const definition = list?.definitions.get(decision)
    if (!definition || definition.policy === 'split' || definition.status !== 'running') return { list, definition }
    const context = contextOf(definition)
    const name = JSON.stringify([site, definition.number, context])
    const weighed = this.weighed.get(name)
    const weighing = { name, question: { decision, context } }
    return { list, definition, weighing, weighed, weights: weighed?.weights }
  }

  /** Asks the Whale, and keeps what it answers. */
  private async ask(env: Env, site: number, { list, weighing, weighed }: Seen, now: number): Promise<void> {
    const name = String(site)
    if (now - (this.failed.get(name) ?? 0) < ASK_AGAIN_MS) return
    for (const each of [list, weighed]) if (each) each.asking = now
    const question = { since: list?.version ?? 0, ...(weighing && { weigh: weighing.question }) }
    try {
      const silence = scheduler.wait(PATIENCE_MS).then(() => undefined)
      const board = await Promise.race([decider(env, site).board(question), silence])
      if (!board) throw new Error(`no answer within ${PATIENCE_MS} ms`)
      const { version, definitions, weights } = board
      const known = definitions ? new Map(definitions.map((each) => [each.key, each])) : list?.definitions
      this.lists.set(name, { version, definitions: known ?? new Map(), at: now, asking: 0 })
      if (weighing && weights) this.weighed.set(weighing.name, { weights, at: now, asking: 0 })
    } catch (error) {
      console.error(`site ${site}: its Whale does not say how to decide: ${error}`)
      this.failed.set(name, now)
    }
  }
}

/** What is fresh is not, nor what is usable while somebody asks already. */
function isDue(copy: Aged | undefined, now: number): boolean {
  if (!copy || now - copy.at > USABLE_MS) return true
  return now - copy.at > FRESH_MS && now - copy.asking > PATIENCE_MS
}
