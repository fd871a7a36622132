/** What answers are made from, and a Reader in that shape. It knows no question. */
import { type Reader, type Span } from './reader'
import type { Cells } from './pending'

export interface Readable {
  series(type: string, path: string, span: Span): Cells
  /** Cells of every child that has some within the span, by path key. */
  children(type: string, parent: string, span: Span): Map<string, Cells>
}

export const readable = (reader: Reader): Readable => ({
  series: (type, path, span) => reader.series(type, path, span),
  children: (type, parent, span) => {
    const found = reader.children(type, parent).map((key) => [key, reader.series(type, key, span)] as const)
    return new Map(found.filter(([, cells]) => cells.size > 0))
  },
})
