/**
 * The experiments of a site, as their owner made them. One that is abandoned leaves its number behind, which nobody gets
 * again: what was decided under it is nobody's from then on.
 */
import { typeOfDecision } from '../../sdk/wire/word'
import type { Definition } from '../decide/definition'
import type { Beginning, Changes } from './board'

/** Isolates have the list of all, and a table shows it. */
export const MOST_EXPERIMENTS = 100

export class Experiments {
  private readonly byName = new Map<string, Definition>()
  private last = 0
  /** Of the list; 0 while there was never any. */
  version = 0

  constructor(private readonly sql: SqlStorage) {
    type Row = { number: number; changed: number; definition: string | null }
    for (const { number, changed, definition } of sql.exec<Row>(`SELECT * FROM experiment ORDER BY number`)) {
      this.last = number
      this.version = Math.max(this.version, changed)
      if (definition !== null) this.keep(JSON.parse(definition) as Definition) // What write wrote.
    }
  }

  get list(): Definition[] {
    return [...this.byName.values()]
  }

  find(decision: string): Definition | undefined {
    return this.byName.get(decision)
  }

  begin(beginning: Beginning, now: number): Definition | { problem: string } {
    const problem = this.problemOf(beginning.key)
    if (problem) return { problem }
    const definition = { ...beginning, number: this.last + 1, created: now }
    this.write(definition.number, definition, now)
    this.last = definition.number
    this.keep(definition)
    return definition
  }

  /** Undefined where there is no such experiment. */
  change(decision: string, changes: Changes, now: number): Definition | undefined {
    const known = this.byName.get(decision)
    if (!known) return undefined
    const { arms, ...rest } = changes
    const weighed = known.arms.map((arm) => ({ ...arm, ...arms?.find(({ id }) => id === arm.id) }))
    const isReweighted = weighed.some(({ weight }, i) => weight !== known.arms[i]!.weight)
    const first = known.first ?? known.arms.map(({ weight }) => weight)
    const isStopped = known.status === 'running' && (rest.status ?? known.status) !== 'running'
    const { winner, ...was } = known
    const isFinished = (rest.status ?? known.status) === 'finished'
    const changed = {
      ...was,
      ...(isFinished && winner !== undefined && { winner }),
      ...rest,
      arms: weighed,
      ...(isReweighted && { reweighted: now, first }),
      ...(isStopped && { stopped: now }),
    }
    this.write(known.number, changed, now)
    this.keep(changed)
    return changed
  }

  /** Leaves the number alone. Call inside a transaction, and make the list anew where that fails. */
  abandon({ key, number }: Definition, now: number): void {
    this.write(number, null, now)
    this.byName.delete(key)
  }

  /** Why there can be no experiment of that name, if there can't. */
  private problemOf(name: string): string | undefined {
    if (this.byName.has(name)) return `there is an experiment "${name}" already`
    const type = typeOfDecision(name)
    const alike = this.list.find(({ key }) => typeOfDecision(key) === type)
    if (alike) return `"${name}" would be counted as ${type}, as "${alike.key}" is`
    if (this.byName.size >= MOST_EXPERIMENTS) return `a site has ${MOST_EXPERIMENTS} experiments at the most`
    return undefined
  }

  /** Versions follow the clock, so that a restored list is not taken for the one it was before. */
  private write(number: number, definition: Definition | null, now: number): void {
    const version = Math.max(this.version + 1, now)
    this.sql.exec(
      `INSERT INTO experiment (number, changed, definition) VALUES (?, ?, ?)
       ON CONFLICT (number) DO UPDATE SET changed = excluded.changed, definition = excluded.definition`,
      number,
      version,
      definition && JSON.stringify(definition),
    )
    this.version = version
  }

  private keep(definition: Definition): void {
    this.byName.set(definition.key, definition)
  }
}
