/**
 * What is looked at again and again, until somebody has seen enough: in place on a terminal, a line each time in a pipe or
 * a file. A server that is away for a while is part of what is seen; one that never answered is a mistake.
 */
import { complain, painted, type Spoken, say } from './say'
import { Stop } from './stop'

export interface Sight {
  document: unknown
  /** All of it, for a terminal. */
  lines(): string[]
  /** For a log. */
  line(): string
}

const HOME = '\u001b[H'
const CLEAR = '\u001b[2J'
const CLEAR_LINE = '\u001b[K'
const CLEAR_BELOW = '\u001b[J'
/** Cut at the edge, so that a line stays one and the screen does not roll. */
const CUT = '\u001b[?7l'
const WRAP = '\u001b[?7h'

/** A screen's rows; some terminals do not say. */
const ROWS = 24

function draw(lines: readonly string[]): void {
  const rows = lines.flatMap((line) => painted(line).split('\n')).slice(0, (process.stdout.rows || ROWS) - 1)
  process.stdout.write(`${HOME}${CUT}${rows.map((line) => `${line}${CLEAR_LINE}\n`).join('')}${CLEAR_BELOW}${WRAP}`)
}

export async function watch(seconds: number, options: Spoken, look: () => Promise<Sight>): Promise<never> {
  process.once('SIGINT', () => process.exit(0))
  const isDrawn = process.stdout.isTTY && !options.json
  const show = (sight: Sight) => {
    if (isDrawn) draw([...sight.lines(), '', `every ${seconds} s, Ctrl-C ends`])
    else say(options, sight.document, () => sight.line())
  }
  const first = await look()
  if (isDrawn) process.stdout.write(CLEAR)
  show(first)
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, seconds * 1000))
    try {
      show(await look())
    } catch (error) {
      if (!(error instanceof Stop)) throw error
      if (isDrawn) draw([`${new Date().toTimeString().slice(0, 8)}  ${error.message}`])
      else complain(error.message)
    }
  }
}
