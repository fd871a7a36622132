/**
 * Answers from raw events: those that match a filter, summed for the path asked and the children asked. It goes through
 * the archive a piece at a time, and lets others in between two pieces.
 */
import type { Cell } from '../rollup/cell'
import { pathOf, SEPARATOR } from '../rollup/dimension'
import { floor } from '../rollup/interval'
import { Matches } from '../rollup/matches'
import { scan } from '../rollup/scan'
import { type Question, TooMuch } from './question'
import { type Cells, mergeAt } from './pending'
import type { Readable, Span } from './reader'

/** More than this and even the archive takes seconds. */
export const MOST_EVENTS = 2_000_000
/** Cells that one answer may have on the way: children of a path may be very many. */
const MOST_CELLS = 200_000
/** Bytes looked at before others are let in: some ten milliseconds. */
const TURN_BYTES = 256 * 1024

export interface RawQuestion extends Pick<Question, 'type' | 'dimension' | 'depth' | 'interval' | 'zones' | 'where'> {
  /** The stretches of time that are asked, unix milliseconds, `to` exclusive; none touches another. */
  spans: readonly { from: number; to: number }[]
}

/** The archive up to a row, and what Hails have not merged. */
export interface Archive {
  sql: SqlStorage
  upTo: number
  waiting: readonly Uint8Array[]
}

/** Throws TooMuch. */
export async function readRaw(archive: Archive, question: RawQuestion): Promise<Readable> {
  const { zones, interval } = question
  const matches = new Matches((at) => floor(interval, at, zones))
  const [from, to] = [
    Math.min(...question.spans.map((span) => span.from)),
    Math.max(...question.spans.map((span) => span.to)),
  ]
  const rows = rowsOf(archive, from, to)
  let turn = 0
  for (const chunk of [...archive.waiting, ...rows]) {
    const bytes = typeof chunk === 'number' ? bytesOf(archive.sql, chunk) : chunk
    if (!bytes) continue
    look(bytes, question, matches)
    if (matches.size > MOST_CELLS)
      throw new TooMuch(`makes more than ${MOST_CELLS} points; ask for fewer levels or longer intervals`)
    turn += bytes.length
    if (turn < TURN_BYTES) continue
    turn = 0
    await scheduler.wait(0)
  }
  return new MatchReader(matches)
}

function look(bytes: Uint8Array, { type, dimension, depth, where, spans }: RawQuestion, matches: Matches): void {
  for (const { from, to } of spans) {
    const search = { type, path: dimension, depth, from, to, ...(where && { filter: where }) }
    scan(bytes, search, (match) => matches.take(match))
  }
}

function rowsOf({ sql, upTo }: Archive, from: number, to: number): number[] {
  // Nothing was merged yet, and there may be no table.
  if (!upTo) return []
  const rows = sql
    .exec<{ id: number; events: number }>(
      `SELECT id, events FROM event WHERE until >= ? AND start < ? AND id <= ?`,
      from,
      to,
      upTo,
    )
    .toArray()
  const events = rows.reduce((sum, row) => sum + row.events, 0)
  if (events > MOST_EVENTS) {
    throw new TooMuch(`would look at ${events} raw events, and ${MOST_EVENTS} are the most; take a shorter time`)
  }
  return rows.map(({ id }) => id)
}

/** A row may have been let go of meanwhile. */
function bytesOf(sql: SqlStorage, id: number): Uint8Array | undefined {
  const [row] = sql.exec<{ bytes: ArrayBuffer }>(`SELECT bytes FROM event WHERE id = ?`, id).toArray()
  return row && new Uint8Array(row.bytes)
}

/** Matches are of one type, and in buckets of the interval asked already. */
class MatchReader implements Readable {
  constructor(private readonly matches: Matches) {}

  series(_type: string, path: string, span: Span): Cells {
    return within(this.matches.series.get(path), span)
  }

  children(_type: string, parent: string, span: Span): Map<string, Cells> {
    const depth = pathOf(parent).length + 1
    const lead = parent && parent + SEPARATOR
    const found = new Map<string, Cells>()
    for (const [key, cells] of this.matches.series) {
      if (!key.startsWith(lead) || pathOf(key).length !== depth) continue
      const inside = within(cells, span)
      if (inside.size) found.set(key, inside)
    }
    return found
  }
}

function within(all: ReadonlyMap<number, Cell> | undefined, { from, to }: Span): Cells {
  const cells: Cells = new Map()
  for (const [start, cell] of all ?? []) if (start >= from && start < to) mergeAt(cells, start, cell)
  return cells
}
