/**
 * Lines of events as the API takes them: so many at once, and so many bytes. Lines are parsed here, so that a mistake is told by the
 * file's own line, before anything after it is sent.
 */
import { linesOf, objectIn, textOf, tooLong } from './lines'
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
export async function* batches(source: AsyncIterable<Uint8Array>, skip: number): AsyncGenerator<Batch> {
  let texts: string[] = []
  let numbers: number[] = []
  let size = JOINT
  const batch = (): Batch => ({ body: `[${texts.join()}]`, lines: numbers })
  let number = 0
  for await (const bytes of linesOf(source, MOST_BYTES)) {
    number += 1
    if (number <= skip) continue
    const line = textOf(bytes, number)
    if (!line) continue
    const text = eventIn(line, number)
    const length = Buffer.byteLength(text) + JOINT
    if (length + JOINT > MOST_BYTES) throw tooLong(number, MOST_BYTES)
    if (texts.length === MOST_EVENTS || size + length > MOST_BYTES) {
      yield batch()
      texts = []
      numbers = []
      size = JOINT
    }
    texts.push(text)
    numbers.push(number)
    size += length
  }
  if (texts.length) yield batch()
}

function eventIn(line: string, number: number): string {
  const event = objectIn(line)
  if (event) return JSON.stringify(event)
  throw new Stop(`line ${number} is no event, such as {"type": "order", "id": "4711"}`)
}
