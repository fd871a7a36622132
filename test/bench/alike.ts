/**
 * How long an answer takes, by what becomes of the envelope: whoever knocks must not hear by the time it takes whether a
 * site is there. One request after the other over one connection, the cases in turn and shuffled, each with the
 * ephemeral key of another page load, so that no key is known before. Medians: a machine's noise has one side only.
 */
import { connect, type Socket } from 'node:net'
import { join } from 'node:path'
import { makeSite } from '../flow/api'
import { Random } from '../random'
import { CHROME, PageLoad, type SiteKey, siteKey } from '../visitor'
import { decode, encode } from '../../sdk/wire/base64url'
import { type Figure, quantile, say } from './figure'
import { serveGraupel } from './serving'

const WARMING = 300
const ROUNDS = 2_000
/** What is genuine waits for its commit, hundreds of times as long: it comes along in one of so many rounds. */
const SELDOM = 40
const BUDGET = 1.5
const PAGE = 'shop.example/a'
const GENUINE = 'genuine, on disk'
const EPK_AT = 7
/** Of order eight. */
const LOW_ORDER = Buffer.from('e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800', 'hex')

const changed = (text: string, change: (bytes: Buffer) => void): string => {
  const bytes = Buffer.from(decode(text)!)
  change(bytes)
  return encode(bytes)
}

type Cases = Record<string, () => string>

function casesOf(key: SiteKey, other: SiteKey, stranger: number): Cases {
  const view = (to: SiteKey) => new PageLoad(to).view(PAGE)
  return {
    'wrong key': () => view({ ...key, key: other.key }),
    'unknown site': () => view({ ...key, site: stranger }),
    'key of low order': () => changed(view(key), (bytes) => bytes.set(LOW_ORDER, EPK_AT)),
    'stale epoch': () => view({ ...key, epoch: key.epoch - 2 }),
    [GENUINE]: () => view(key),
  }
}

/** Milliseconds until the answer to a request is there, whose head is all of it. */
function ask(socket: Socket, envelope: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const began = performance.now()
    let text = ''
    const hear = (bytes: Buffer) => {
      text += bytes.toString('latin1')
      if (!text.endsWith('\r\n\r\n')) return
      socket.off('data', hear)
      if (text.startsWith('HTTP/1.1 204')) resolve(performance.now() - began)
      else reject(new Error(text))
    }
    socket.on('data', hear)
    socket.write(`GET /p/${envelope} HTTP/1.1\r\nHost: x\r\nUser-Agent: ${CHROME}\r\n\r\n`)
  })
}

async function timed(origin: string, cases: Cases): Promise<Map<string, number[]>> {
  const random = new Random(1)
  const times = new Map(Object.keys(cases).map((name) => [name, [] as number[]]))
  const socket = connect(Number(new URL(origin).port), '127.0.0.1').setNoDelay()
  for (let round = -WARMING; round < ROUNDS; round++) {
    for (const [name, make] of random.shuffled(Object.entries(cases))) {
      if (name === GENUINE && round % SELDOM) continue
      const took = await ask(socket, make())
      if (round >= 0) times.get(name)!.push(took)
    }
  }
  socket.destroy()
  return times
}

interface Row {
  name: string
  medianMs: number
  /** To the wrong key's. */
  ratio: number
}

export interface Alike {
  figures: Figure[]
  rows: Row[]
}

export const alikeTable = (rows: readonly Row[]): string =>
  [
    '| answer to | median µs | ÷ wrong key |',
    '|---|---:|---:|',
    ...rows.map(({ name, medianMs, ratio }) => `| ${name} | ${(medianMs * 1000).toFixed(0)} | ${ratio.toFixed(2)} |`),
  ].join('\n')

export async function measureAlike(scratch: string, bundle: string): Promise<Alike> {
  const server = await serveGraupel(bundle, join(scratch, 'alike'))
  try {
    const [made, other, gone] = [await makeSite(server), await makeSite(server), await makeSite(server)]
    const keyOf = ({ site }: { site: number }) => siteKey(server.origin, site)
    // A number that is not given.
    const times = await timed(server.origin, casesOf(await keyOf(made), await keyOf(other), gone.site ^ 1))
    const median = (name: string) => quantile(times.get(name)!, 0.5)
    const wrong = median('wrong key')
    const rows = [...times.keys()].map((name) => ({ name, medianMs: median(name), ratio: median(name) / wrong }))
    for (const { name, medianMs } of rows) say(`alike: ${name.padEnd(20)} ${(medianMs * 1000).toFixed(0)} µs`)
    const [slower, faster] = [median('unknown site'), wrong].toSorted((a, b) => b - a) as [number, number]
    const figure = {
      name: 'answer to an unknown site, to that to a wrong key (medians, the greater to the lesser)',
      unit: '×',
    }
    return { figures: [{ ...figure, value: slower / faster, budget: BUDGET }], rows }
  } finally {
    await server.stop()
  }
}
