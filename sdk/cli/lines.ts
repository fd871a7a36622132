/** Lines of a file or a stream, as their reader needs them: by number, so that a mistake is told by the line it stands in. */
import { Stop } from './stop'

export const tooLong = (number: number, most: number) => new Stop(`line ${number} is larger than ${most} bytes`)

const LINE_FEED = 0x0a

/** At line feeds alone: what else a terminal breaks at may stand in a text. What never ends is not waited for. */
export async function* linesOf(source: AsyncIterable<Uint8Array>, most: number): AsyncGenerator<Uint8Array> {
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
    if (rest.length > most) throw tooLong(number, most)
  }
  yield rest
}

/** Never mended: ids that differ only in what is no UTF-8 would become one, and one event of two would count. */
const utf8 = new TextDecoder('utf-8', { fatal: true })

/** A line without what surrounds it, nor a byte order mark. */
export function textOf(line: Uint8Array, number: number): string {
  try {
    return utf8.decode(line).trim()
  } catch {
    throw new Stop(`line ${number} is not in UTF-8`)
  }
}

/** Undefined for what is no JSON object. */
export function objectIn(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined
  } catch {
    return undefined
  }
}
