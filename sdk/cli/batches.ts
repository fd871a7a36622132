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
export async function* batches(source: AsyncIterable<Uint8Array>, skip: number): AsyncGenerator<Batch> {
  let texts: string[] = []
  let numbers: number[] = []
  let size = JOINT
  const batch = (): Batch => ({ body: `[${texts.join()}]`, lines: numbers })
  let number = 0
  for await (const bytes of linesOf(source)) {
    number += 1
    if (number <= skip) continue
    const line = decoded(bytes, number)
    if (!line) continue
    const text = eventIn(line, number)
    const length = Buffer.byteLength(text) + JOINT
    if (length + JOINT > MOST_BYTES) throw tooLong(number)
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

const tooLong = (number: number) => new Stop(`line ${number} is larger than ${MOST_BYTES} bytes`)

const LINE_FEED = 0x0a

/** At line feeds alone: what else a terminal breaks at may stand in a text. What never ends is not waited for. */
async function* linesOf(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let number = 1
  let rest = Buffer.alloc(0)
  for await (const chunk of source) {
    const bytes = Buffer.concat([rest, chunk])
    let from = 0
    for (let end = bytes.indexOf(LINE_FEED); end >= 0; end = bytes.indexOf(LINE_FEED, from)) {
      yield bytes.subarray(from, end)
      from = end + 1
      number += 1
    }
    rest = bytes.subarray(from)
    if (rest.length > MOST_BYTES) throw tooLong(number)
  }
  yield rest
}

/** Never mended: ids that differ only in what is no UTF-8 would become one, and one event of two would count. */
const utf8 = new TextDecoder('utf-8', { fatal: true })

function decoded(line: Uint8Array, number: number): string {
  try {
    return utf8.decode(line).trim() // without a byte order mark, too
  } catch {
    throw new Stop(`line ${number} is not in UTF-8`)
  }
}

function eventIn(line: string, number: number): string {
  const event = parsed(line)
  if (typeof event === 'object' && event !== null && !Array.isArray(event)) return JSON.stringify(event)
  throw new Stop(`line ${number} is no event, such as {"type": "order", "id": "4711"}`)
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}
