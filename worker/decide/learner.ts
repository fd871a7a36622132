/**
 * A learner: all that one experiment has learnt, and the rules by which notes of the log become it. A decision converts once;
 * what comes later than the window is nobody's; who tells of a decision that could not have been is refused. All is counted.
 * It knows no names and no storage: who calls it has looked up arms, and keeps its rows and its ledger.
 */
import { chance } from '../../sdk/wire/chance'
import { Aipw } from './aipw'
import type { Context } from './context'
import { type Definition, PER_DECISION, wasRunning } from './definition'
import { weightsOf } from './experiment'
import type { Ledger } from './ledger'
import { decided, type Worth } from './moments'
import { type Place, State } from './state'

/** What of a decision its exposure brings, and each of its rewards. */
export interface Decision {
  /** Of no two alike, within the experiment. */
  id: string
  /** Index of the option; -1 for one that there is not. */
  arm: number
  /** Of the experiment that drew it; absent: a browser chose by itself. */
  number?: number | undefined
  /** When it was decided, unix milliseconds. */
  at: number
  /** Of all arms; absent: the declared ones. */
  propensities?: readonly number[] | undefined
  isHoldout?: boolean | undefined
  context: Context
}

/** What became of a note. */
export type Fate = 'counted' | 'late' | 'duplicates' | 'refused'

/** The row of the scores; all others are of the state. */
const SCORES = 'aipw'

export class Learner {
  /** What may be changed of it under way: never arms or what is to be had. */
  definition: Definition
  readonly state: State
  /** Of a policy that learns: a split is even without. */
  readonly aipw: Aipw | undefined
  /** What a policy takes a reward for at the most: the same over a slice. */
  private cap = Number.POSITIVE_INFINITY
  private isScored = false

  private constructor(definition: Definition, state: State, aipw: Aipw | undefined) {
    this.definition = definition
    this.state = state
    this.aipw = aipw
  }

  /** Without rows, one that has learnt nothing. */
  static of(definition: Definition, rows: ReadonlyMap<string, Uint8Array> = new Map()): Learner {
    const { policy, arms, kind, window } = definition
    const scores = rows.get(SCORES)
    const aipw = policy === 'split' ? undefined : new Aipw(arms.length, kind === 'rate', window)
    if (scores) aipw?.decode(scores)
    const state = State.of(
      definition,
      [...rows].filter(([key]) => key !== SCORES),
    )
    return new Learner(definition, state, aipw)
  }

  /** To be called before the notes of a slice. */
  beginSlice(): void {
    this.cap = this.state.tail.quantile(this.definition.cap)
  }

  /** An option was shown, as was told at `when`. */
  exposure(decision: Decision, when: number): Fate {
    const place = this.placeOf(decision, when)
    if (!place || !wasRunning(this.definition, place.at)) return this.tell('refused')
    if (this.isLate(place, when)) return this.tell('late')
    this.state.decide(place, decided(this.cost), place.propensities)
    this.scored?.decide(place)
    return 'counted'
  }

  /** A decision turned out to be worth so much more, at `when`; what it came to so far is in the ledger. */
  reward(decision: Decision, worth: Worth, when: number, ledger: Ledger): Fate {
    const isRate = this.definition.kind === 'rate'
    const more = isRate ? { x: worth.x > 0 ? 1 : 0, y: 0 } : worth
    const place = this.placeOf(decision, when)
    if (!place || !wasRunning(this.definition, place.at)) return this.tell('refused')
    if (this.isLate(place, when)) return this.tell('late')
    const before = ledger.before(decision.id) ?? { x: 0, y: 0, at: place.at, delay: null }
    if (more.x === 0 && more.y === 0) return 'counted'
    const delay = when - place.at
    const isSooner = more.x !== 0 && before.delay !== null && delay < before.delay
    if (isSooner) this.state.hasten(delay, before.delay!)
    const isFirst = more.x !== 0 && before.delay === null
    const known = { ...before, delay: isFirst || isSooner ? delay : before.delay }
    if (isRate && before.x > 0) {
      if (isSooner) ledger.put(decision.id, known)
      return this.tell('duplicates')
    }
    this.state.reward(place, {
      more: more.x,
      cost: more.y,
      before: { x: before.x, y: before.y + this.cost },
      delay: isFirst ? delay : undefined,
      hash: chance(this.definition.key, 'tail', decision.id),
      cap: this.cap,
    })
    this.scored?.reward(place, more.x, before.x)
    ledger.put(decision.id, { ...known, x: before.x + more.x, y: before.y + more.y })
    return 'counted'
  }

  /** What n decisions of an option came to that nobody can be asked about; of one, its `id` may be known. */
  outcome(place: Omit<Place, 'isHoldout'> & { id?: string }, { n, x, y }: Worth & { n: number }): Fate {
    const { arms, key } = this.definition
    if (!arms[place.arm] || n < 0 || (n > 0 && !wasRunning(this.definition, place.at))) return this.tell('refused')
    const hash = place.id === undefined ? {} : { hash: chance(key, 'tail', place.id) }
    this.state.outcome(place, n, { x, y }, { ...hash, cap: this.cap })
    return 'counted'
  }

  /** Of another experiment, or of an option that there is not. */
  refuse(): Fate {
    return this.tell('refused')
  }

  rows(): Map<string, Uint8Array> {
    return this.withScores(this.state.rows(), true)
  }

  /** The rows that are others than at the last call, or than it was made of. */
  changed(): Map<string, Uint8Array> {
    const rows = this.withScores(this.state.changed(), this.isScored)
    this.isScored = false
    return rows
  }

  /** One that runs ahead, and leaves this as it is. */
  copy(): Learner {
    return new Learner(this.definition, this.state.copy(), this.aipw?.copy())
  }

  /** What each decision costs by itself. */
  private get cost(): number {
    const { kind, den } = this.definition
    return kind === 'rate' || den === PER_DECISION ? 1 : 0
  }

  private get scored(): Aipw | undefined {
    this.isScored = true
    return this.aipw
  }

  private isLate = ({ at }: Place, when: number) => when - at > this.definition.window

  /** Undefined for what was never drawn here. Clocks of browsers run ahead: nobody decides after it is told of. */
  private placeOf(decision: Decision, when: number) {
    const { arm, at, isHoldout, context } = decision
    const { arms } = this.definition
    const known = chancesOf(this.definition, decision)
    if (known.length !== arms.length || !(known[arm]! > 0)) return undefined
    return { arm, at: Math.min(at, when), context, isHoldout, propensities: known }
  }

  private tell(fate: Exclude<Fate, 'counted'>): Fate {
    this.state.count(fate)
    return fate
  }

  private withScores(rows: Map<string, Uint8Array>, are: boolean): Map<string, Uint8Array> {
    return this.aipw && are ? rows.set(SCORES, this.aipw.encode()) : rows
  }
}

type Drawn = Pick<Decision, 'number' | 'at' | 'propensities' | 'isHoldout'>

/** With which chances a decision was drawn. What is drawn here brings its own as soon as weights were changed under way. */
export function chancesOf(
  { arms, first, reweighted = 0 }: Definition,
  { number, at, propensities, isHoldout }: Drawn,
): readonly number[] {
  if (propensities) return propensities
  if (isHoldout) return arms.map(() => 1 / arms.length)
  const isOfFirst = first && (number !== undefined || at < reweighted)
  return weightsOf({ arms: isOfFirst ? arms.map((arm, i) => ({ ...arm, weight: first[i]! })) : arms })
}
