/** The cells that a question is answered from, as a fragment: what is sent where several sites are summed. */
import { keyOf } from '../rollup/dimension'
import { Fragment } from '../rollup/fragment'
import { type Question, spansOf } from './question'
import type { Cells } from './pending'
import type { Readable, Span } from './reader'

export type ExcerptQuestion = Question & { sketches: boolean }

export function excerpt(reader: Readable, question: ExcerptQuestion): Fragment {
  const fragment = new Fragment()
  const { interval, zones, level, sketches, type } = question
  const take = (path: string, cells: Cells) => {
    for (const [start, cell] of cells) fragment.mergeCell({ type, path, start, cell })
  }
  const below = (parent: string, span: Span, depth: number) => {
    if (depth <= 0) return
    for (const [path, cells] of reader.children(type, parent, span)) {
      take(path, cells)
      below(path, span, depth - 1)
    }
  }
  const path = keyOf(question.dimension)
  for (const { from, to } of spansOf(question)) {
    const span: Span = { interval, from, to, zones, sketches, ...(level && { level }) }
    take(path, reader.series(type, path, span))
    below(path, span, question.depth)
  }
  return fragment
}
