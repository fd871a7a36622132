/** Mints with a site's pixel key and nobody's help. */
import { randomBytes } from 'node:crypto'
import { lengthProblem, urlOf } from '../wire/address'
import { decode, encode } from '../wire/base64url'
import { mint } from '../wire/envelope'
import { type Pixel, writePixel } from '../wire/plaintext'
import { readKey } from './key'
import { Stop, Usage } from './stop'

export interface Minted {
  id: string
  url: string
}

const KEY_BYTES = 32
const RANDOM_BYTES = 12
const MOST_SITE = 0xffff_ffff
/** Always served, whatever else a site's prefix is. */
const PREFIX = 'p'

export interface Minter {
  site: string
  /** The file of the key. */
  key?: string
  epoch: number
  /** What the URLs begin with. */
  origin: string
}

export function* offline({ site, key, epoch, origin }: Minter, pixel: Pixel, count: number): Generator<Minted> {
  const number = Number(site)
  if (!/^\d+$/.test(site) || number < 1 || number > MOST_SITE) {
    throw new Usage(`--site must be the site's number where --offline is given, not "${site}"`)
  }
  if (!origin) throw new Stop('--offline needs GRAUPEL_URL, the public origin that the URLs begin with')
  const secret = keyOf(key)
  for (let i = 0; i < count; i++) {
    const random = new Uint8Array(randomBytes(RANDOM_BYTES))
    const envelope = mint('pixel', { epoch, site: number, random }, secret, writePixel(pixel))
    const url = urlOf(`${origin}/${PREFIX}`, envelope, pixel)
    const problem = lengthProblem(url, pixel)
    if (problem) throw new Stop(problem)
    yield { id: encode(random), url }
  }
}

function keyOf(name: string | undefined): Uint8Array {
  if (name === undefined) throw new Usage("--offline needs --key, a file with the site's keys.pixel (- for stdin)")
  const key = decode(readKey(name))
  if (key?.length === KEY_BYTES) return key
  throw new Stop("--key must hold the site's keys.pixel alone: 43 characters of base64url")
}
