/**
 * Learning: what slices tell of decisions goes into the state of their experiments, in the transaction that stores the slice.
 * So it is learnt once, as it is counted once. An experiment's rows are what its learner says, and `looks`; only those that a
 * slice changed are written.
 */
import type { Definition } from '../decide/definition'
import { weightsOf } from '../decide/experiment'
import { Learner } from '../decide/learner'
import { Bounded } from '../ingest/bounded'
import type { Experiments } from './experiments'
import { Lines, write } from './journal'
import { teach } from './lesson'
import { LOOKS, look } from './looks'
import { Rewarded } from './rewarded'
import type { Noted } from './slice'

/** Learners in memory: some hundred kilobytes each, and a few megabytes of one whose contexts are many. */
const MOST_LEARNERS = 16

export class Learning {
  private learners = new Bounded<Learner>(MOST_LEARNERS)
  /** Rises with all that was learnt. */
  revision = 0

  constructor(
    private readonly sql: SqlStorage,
    private readonly experiments: Experiments,
  ) {}

  /** All that was learnt of an experiment: to be copied by whoever wants to know more than was merged. */
  of(definition: Definition): Learner {
    const name = String(definition.number)
    const known = this.learners.get(name) ?? Learner.of(definition, this.rows(definition))
    known.definition = definition
    this.learners.set(name, known)
    return known
  }

  /** Memory is in doubt: what was learnt is read anew. */
  forget(): void {
    this.learners = new Bounded(MOST_LEARNERS)
    this.revision += 1
  }

  /** How many notes of a slice were of no experiment, or not as it decides. Call inside a transaction, and forget all where it fails. */
  take(notes: readonly Noted[], { keep, now }: { keep: boolean; now: number }): number {
    let refused = 0
    for (const [decision, group] of byDecision(notes)) {
      const definition = this.experiments.find(decision)
      refused += definition ? this.learn(definition, group, { keep, now }) : group.length
    }
    this.revision += 1
    return refused
  }

  private learn(
    definition: Definition,
    notes: readonly Noted[],
    { keep, now }: { keep: boolean; now: number },
  ): number {
    const { sql } = this
    const { number } = definition
    const learner = this.of(definition)
    const ledger = new Rewarded(sql, number)
    const lines = new Lines()
    learner.beginSlice()
    const fates = notes.map((noted) => teach({ learner, ledger, lines }, noted))
    for (const [key, bytes] of learner.changed()) this.put(number, key, bytes)
    ledger.write()
    if (keep) write(sql, lines, { number, weights: weightsOf(definition), now })
    const looks = look(learner, this.row(number, LOOKS), now)
    if (looks) this.put(number, LOOKS, looks)
    return fates.filter((fate) => fate === 'refused' || fate === 'late').length
  }

  /** The looks at results that were taken so far. */
  looks({ number }: Definition): Uint8Array | undefined {
    return this.row(number, LOOKS)
  }

  private rows({ number }: Definition): Map<string, Uint8Array> {
    const rows = this.sql
      .exec<{ key: string; bytes: ArrayBuffer }>(`SELECT key, bytes FROM learnt WHERE experiment = ?`, number)
      .toArray()
    return new Map(rows.filter(({ key }) => key !== LOOKS).map(({ key, bytes }) => [key, new Uint8Array(bytes)]))
  }

  private row(number: number, key: string): Uint8Array | undefined {
    const [row] = this.sql
      .exec<{ bytes: ArrayBuffer }>(`SELECT bytes FROM learnt WHERE experiment = ? AND key = ?`, number, key)
      .toArray()
    return row && new Uint8Array(row.bytes)
  }

  private put(number: number, key: string, bytes: Uint8Array): void {
    this.sql.exec(`INSERT OR REPLACE INTO learnt (experiment, key, bytes) VALUES (?, ?, ?)`, number, key, bytes)
  }
}

/** Notes by the decision they name, each in their order. What a newer Hail tells of a kind that is not known here is passed over. */
function byDecision(notes: readonly Noted[]): Map<string, Noted[]> {
  const groups = new Map<string, Noted[]>()
  for (const noted of notes) {
    const { note } = noted
    if (note.kind !== 'exposure' && note.kind !== 'reward' && note.kind !== 'outcome') continue
    const group = groups.get(note.decision)
    if (group) group.push(noted)
    else groups.set(note.decision, [noted])
  }
  return groups
}
