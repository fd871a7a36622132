/**
 * The journal: an experiment's decisions one by one, and what each brought, for whoever wants to work out what another
 * policy would have earned. It is kept as long as raw events are, in rows that are added to until they are full: a line a note.
 *
 *   exposure = [decided at, id, option, version of the weights, 1 of the holdout, propensities or 0 as declared, values]
 *   reward   = [decided at, id, x, y]
 */
import { DAY } from '../rollup/calendar'
import type { Values } from './board'

/** What one row takes, in characters: it is written anew as often as it is added to. */
const ROW = 64 * 1024
/** And what a full one that came at once may have: the platform's rows end at 2 MB. */
const LARGE_ROW = 384 * 1024

export interface Exposed {
  at: number
  id: string
  arm: number
  version: number
  isHoldout: boolean
  propensities: readonly number[] | undefined
  context: Values
}

export interface Brought {
  /** When it was decided. */
  at: number
  id: string
  x: number
  y: number
}

/** Notes on their way into the journal, or of those that are not in it yet. */
export class Lines {
  exposures: string[] = []
  rewards: string[] = []
  start = Number.POSITIVE_INFINITY
  until = Number.NEGATIVE_INFINITY

  expose({ at, id, arm, version, isHoldout, propensities, context }: Exposed): void {
    this.reach(at)
    const told = propensities?.map((p) => Number(p.toPrecision(DIGITS))) ?? 0
    this.exposures.push(JSON.stringify([at, id, arm, version, isHoldout ? 1 : 0, told, context]))
  }

  reward({ at, id, x, y }: Brought): void {
    this.reach(at)
    this.rewards.push(JSON.stringify([at, id, x, y]))
  }

  get count(): number {
    return this.exposures.length + this.rewards.length
  }

  private reach(at: number): void {
    this.start = Math.min(this.start, at)
    this.until = Math.max(this.until, at)
  }
}

/** A token's chances are of 32 bits: so many digits tell them apart. */
const DIGITS = 9

interface Writing {
  number: number
  /** As declared when they were written, for decisions that bring none of their own. */
  weights: readonly number[]
  now: number
}

/** Adds to the last row, or opens others. Call inside a transaction. */
export function write(sql: SqlStorage, lines: Lines, { number, weights, now }: Writing): void {
  if (!lines.count) return
  type Last = { id: number; merged: number; weights: string; size: number }
  const [last] = sql
    .exec<Last>(
      `SELECT id, merged, weights, length(rewards) + length(exposures) AS size FROM note
       WHERE experiment = ? ORDER BY id DESC LIMIT 1`,
      number,
    )
    .toArray()
  const declared = JSON.stringify(weights)
  const isOpen = last && last.weights === declared && last.size < ROW && dayOf(last.merged) === dayOf(now)
  let id = last ? last.id + (isOpen ? 0 : 1) : 1
  for (const [rewards, exposures] of pieces(lines)) {
    sql.exec(
      add,
      number,
      id,
      lines.start,
      lines.until,
      now,
      rewards.length + exposures.length,
      declared,
      textOf(rewards),
      textOf(exposures),
    )
    id += 1
  }
}

const add = `
  INSERT INTO note (experiment, id, start, until, merged, notes, weights, rewards, exposures) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT (experiment, id) DO UPDATE SET
    start = min(start, excluded.start), until = max(until, excluded.until), merged = excluded.merged,
    notes = notes + excluded.notes, rewards = rewards || excluded.rewards, exposures = exposures || excluded.exposures`

const dayOf = (ms: number): number => Math.floor(ms / DAY)
const textOf = (lines: readonly string[]): string => lines.map((line) => `${line}\n`).join('')

/** What each row gets. */
function* pieces({ rewards, exposures }: Lines): Generator<[rewards: string[], exposures: string[]]> {
  let piece: [string[], string[]] = [[], []]
  let size = 0
  for (const [i, lines] of [rewards, exposures].entries()) {
    for (const line of lines) {
      if (size + line.length > LARGE_ROW) {
        yield piece
        piece = [[], []]
        size = 0
      }
      piece[i]!.push(line)
      size += line.length + 1
    }
  }
  yield piece
}
