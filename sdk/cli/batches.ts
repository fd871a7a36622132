/**
 * Lines of events as the API takes them: so many at once, and so many bytes. Lines are parsed here, so that a mistake is told by the
 * file's own line, before anything after it is sent.
 */
import { Stop } from './stop'

/** What `/count` takes in one call. */
const MOST_EVENTS = 1_000
const MOST_BYTES = 1024 * 1024
/** A comma, or a bracket. */
const JOINT = 1

export interface Batch {
  /** JSON, a list. */
  body: string
  /** The line of each event, from 1. */
  lines: number[]
}

/** `skip` lines are not looked at. */
export async function* batches(text: AsyncIterable<string>, skip: number): AsyncGenerator<Batch> {
  let texts: string[] = []
  let numbers: number[] = []
  let bytes = JOINT
  const batch = (): Batch => ({ body: `[${texts.join()}]`, lines: numbers })
  let number = 0
  for await (const line of linesOf(text)) {
    number += 1
    if (number <= skip || !line.trim()) continue
    const text = eventIn(line, number)
    const length = Buffer.byteLength(text) + JOINT
    if (length + JOINT > MOST_BYTES) throw tooLong(number)
    if (texts.length === MOST_EVENTS || bytes + length > MOST_BYTES) {
      yield batch()
      texts = []
      numbers = []
      bytes = JOINT
    }
    texts.push(text)
    numbers.push(number)
    bytes += length
  }
  if (texts.length) yield batch()
}

const tooLong = (number: number) => new Stop(`line ${number} is larger than ${MOST_BYTES} bytes`)

/** At line feeds alone: what else a terminal breaks at may stand in a text. What never ends is not waited for. */
async function* linesOf(text: AsyncIterable<string>): AsyncGenerator<string> {
  let number = 1
  let rest = ''
  for await (const chunk of text) {
    const lines = (rest + chunk).split('\n')
    rest = lines.pop()!
    number += lines.length
    yield* lines
    if (rest.length > MOST_BYTES) throw tooLong(number)
  }
  yield rest
}

function eventIn(line: string, number: number): string {
  const event = parsed(line)
  if (typeof event === 'object' && event !== null && !Array.isArray(event)) return JSON.stringify(event)
  throw new Stop(`line ${number} is no event, such as {"type": "order", "id": "4711"}`)
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line.trim()) // without a byte order mark, too
  } catch {
    return undefined
  }
}
