/**
 * What it takes to open one envelope, in workerd and by the routes' own code. The clock inside stands still, so the
 * process is watched from outside while it opens many and while it opens few, as often: the difference of its CPU is what
 * opening takes, and all else falls away.
 */
import nacl from 'tweetnacl'
import { epochOf, mint } from '../../sdk/wire/envelope'
import { type Pixel, writePixel } from '../../sdk/wire/plaintext'
import { Keys } from '../../worker/ingest/keys'
import { PageLoad } from '../visitor'
import { type Engine, withEngine } from './engine'
import type { Sealed } from './engine/report'
import { type Figure, say } from './figure'
import { cpuSeconds } from './process'

const SITE = 0xcafe0001
const SECRET = new Uint8Array(32).fill(7)
const MASTER = `0:${Buffer.from(SECRET).toString('base64url')}`
const [FEW, MANY] = [500, 2_500]
const ROUNDS = 20
/** The first run as they come, and are compiled meanwhile. */
const WARMING = 3
/** As many as the script seals with one pair of keys. */
const VIEWS_A_LOAD = 150

interface Case {
  name: string
  /** Microseconds. */
  budget: number
  /** Whether each call begins without any page load's key. */
  cold: boolean
  texts: string[]
}

/** A view's plaintext, as in life: somebody came from a search and looks at a product. */
const view = (load: PageLoad, i: number): string =>
  load.view(`shop.example/products/${i % 200}`, { flags: 16, age: 30, entry: '/', referrer: 'www.google.com/' })

async function casesOf(keys: Keys): Promise<Case[]> {
  const epoch = epochOf(Date.now())
  const to = { site: SITE, epoch, key: (await keys.publicKey(SITE, epoch))! }
  const many = <T>(make: (i: number) => T) => Array.from({ length: MANY }, (_, i) => make(i))
  const loads = Array.from({ length: Math.ceil(MANY / VIEWS_A_LOAD) }, () => new PageLoad(to))
  const pixelKey = (await keys.derive('pixel', SITE, 0))!
  const pixel: Pixel = {
    expires: 0,
    notBefore: 0,
    type: 'order',
    dimensions: { sales: 'shop' },
    metrics: {},
    slots: { dollars: [0, 500], order: 1 },
    options: {},
  }
  const minted = () =>
    mint('pixel', { epoch: 0, site: SITE, random: nacl.randomBytes(12) }, pixelKey, writePixel(pixel))
  return [
    { name: 'a new page load', budget: 120, cold: true, texts: many((i) => view(new PageLoad(to), i)) },
    {
      name: 'the same page load again',
      budget: 25,
      cold: false,
      texts: many((i) => view(loads[Math.floor(i / VIEWS_A_LOAD)]!, i)),
    },
    { name: 'a minted pixel', budget: 15, cold: false, texts: many(minted) },
  ]
}

/** Microseconds of one. */
async function timeOf(engine: Engine, { texts, cold }: Case): Promise<number> {
  const sealed: Sealed = { texts, master: MASTER, now: Date.now() }
  await engine.ask('bring', { site: SITE, sealed })
  const cpuOf = async (rounds: number, count: number): Promise<number> => {
    const before = cpuSeconds(engine.pid)
    for (let round = 0; round < rounds; round++) await engine.ask('open', { site: SITE, count, cold })
    return cpuSeconds(engine.pid) - before
  }
  await cpuOf(WARMING, MANY)
  const more = (await cpuOf(ROUNDS, MANY)) - (await cpuOf(ROUNDS, FEW))
  return (more / (ROUNDS * (MANY - FEW))) * 1e6
}

export async function measureOpening(built: string): Promise<{ figures: Figure[] }> {
  const cases = await casesOf(new Keys(new Map([[0, SECRET]])))
  return withEngine(built, async (engine) => {
    const figures: Figure[] = []
    for (const each of cases) {
      const value = await timeOf(engine, each)
      say(`opening of ${each.name}: ${value.toFixed(1)} µs`)
      figures.push({
        name: `opening an envelope of ${each.name}`,
        value,
        unit: 'µs',
        budget: each.budget,
        note: 'CPU',
      })
    }
    return { figures }
  })
}
