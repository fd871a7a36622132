/**
 * An experiment that a page splits by itself, as AlephBet does: who has a variant gets it again, whatever else holds;
 * who has none is asked for the trigger, then for the sample, and is given one. It runs as it is made.
 */
import { type GoalProps, guarded, type StorageAdapter, type TrackingAdapter } from './adapter'
import { type Draw, drawn, isIn } from './arm'
import type { Goal } from './goal'
import { quietly } from './quietly'

export interface Variant {
  /** Shows it. */
  activate?(experiment: Experiment): unknown
  weight?: number
  /** Whether this visitor may get it. Variants with different triggers are shown to different people: compare with care. */
  trigger?(): boolean
}

export interface ExperimentOptions extends Draw {
  variants: Record<string, Variant>
  /** By variant, or in the order of the variants; else each variant's own. All have one, or none has. */
  weights?: Readonly<Record<string, number>> | readonly number[]
  /** Whether it begins for this visitor now. */
  trigger?(): boolean
  goals?: readonly Goal[]
  storage_adapter?: StorageAdapter
  tracking_adapter?: TrackingAdapter
}

/** What an experiment stands on where its options name nothing else. */
export interface Ground {
  storage: StorageAdapter
  tracking: TrackingAdapter
  /** The visitor wants no part in it. */
  isSilent: boolean
}

/** What is kept of an experiment itself: a goal of such a name is kept under another. */
const OWN = ['variant', 'in_sample', 'id']

/** `?graupel-variant=button:red` shows red, counts nothing and keeps nothing. More than one may be named. */
const PREVIEW = 'graupel-variant'

export class Experiment {
  readonly name: string
  readonly user_id: Draw['user_id']
  readonly variants: Record<string, Variant>
  readonly storage: StorageAdapter
  /** What the page shows now. */
  variant: string | undefined
  /** It was asked for by the page's address. */
  readonly isPreview: boolean
  private readonly options: ExperimentOptions
  private readonly tracking: TrackingAdapter

  constructor(options: ExperimentOptions, { storage, tracking, isSilent }: Ground) {
    validate(options)
    this.options = options
    this.name = options.name
    this.user_id = options.user_id
    this.variants = options.variants
    this.storage = guarded(options.storage_adapter ?? storage)
    this.tracking = options.tracking_adapter ?? tracking
    this.add_goals(options.goals ?? [])
    const asked = new URLSearchParams(globalThis.location?.search).getAll(PREVIEW)
    const preview = Object.keys(this.variants).find((variant) => asked.includes(`${this.name}:${variant}`))
    this.isPreview = preview !== undefined
    if (preview !== undefined) this.show(preview)
    // Who brings his own tracking has his own rules for whom it may follow.
    else if (!isSilent || options.tracking_adapter) this.run()
  }

  add_goal(goal: Goal): void {
    goal.add_experiment(this)
  }

  add_goals(goals: readonly Goal[]): void {
    for (const goal of goals) this.add_goal(goal)
  }

  get_stored_variant(): string | undefined {
    const kept = this.storage.get(`${this.name}:variant`)
    return typeof kept === 'string' ? kept : undefined
  }

  goal_complete(goal: string, { unique = true, ...props }: GoalProps = {}): void {
    const key = `${this.name}:${OWN.includes(goal) ? ':' : ''}${goal}`
    if (this.isPreview || (unique && this.storage.get(key))) return
    const variant = this.get_stored_variant()
    if (!variant) return
    if (unique) this.storage.set(key, true)
    void quietly(() => this.tracking.goal_complete(this, variant, goal, { unique, ...props }))()
  }

  private run(): void {
    const kept = this.get_stored_variant()
    if (kept) return this.activate(kept)
    if (this.options.trigger?.() === false || !this.isInSample()) return
    const picked = this.pick()
    if (picked === undefined) return
    void quietly(() => this.tracking.experiment_start(this, picked))()
    this.activate(picked)
  }

  private activate(variant: string): void {
    try {
      this.show(variant)
    } finally {
      // Else who was counted would be counted once more.
      this.storage.set(`${this.name}:variant`, variant)
    }
  }

  private show(variant: string): void {
    this.variant = variant
    this.variants[variant]?.activate?.(this)
  }

  private isInSample(): boolean {
    const key = `${this.name}:in_sample`
    const kept = this.storage.get(key)
    if (kept !== undefined && kept !== null) return Boolean(kept)
    const is = isIn(this.options)
    this.storage.set(key, is)
    return is
  }

  private pick(): string | undefined {
    const names = Object.keys(this.variants)
    const open = names.filter((name) => this.variants[name]?.trigger?.() !== false)
    const weights = weightsOf(this.options)
    const given = weights[0] === undefined ? undefined : open.map((name) => weights[names.indexOf(name)] ?? 0)
    return open[drawn(this.options, open.length, given)]
  }
}

/** Of each variant, in their order. */
const weightsOf = ({ variants, weights }: ExperimentOptions): (number | undefined)[] =>
  Object.entries(variants).map(([name, { weight }], i) =>
    weights instanceof Array
      ? weights[i]
      : ((weights as Readonly<Record<string, number>> | undefined)?.[name] ?? weight),
  )

/** The words are AlephBet's. */
function validate(options: ExperimentOptions): void {
  const { name, variants, trigger = () => true } = options
  if (!name) throw new Error('an experiment name must be specified')
  if (!variants) throw new Error('variants must be provided')
  if (typeof trigger !== 'function') throw new Error('trigger must be a function')
  const weights = weightsOf(options)
  const given = weights.filter((weight) => weight !== undefined && weight !== null)
  if (given.length && given.length < weights.length) throw new Error('not all variants have weights')
  if (given.length && !(given.every((weight) => weight >= 0) && given.some((weight) => weight > 0)))
    throw new Error('weights must not be negative, nor all of them 0')
}
