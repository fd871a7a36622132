/**
 * A rain from its wish to its proof: finds or makes the site, says there what falls, lets it fall, and compares what the server
 * counted with what it must have. All by public routes; whose server it is makes no difference.
 */
import { paint } from '../../sdk/cli/say'
import type { Server } from '../../sdk/cli/server'
import { Stop, Usage } from '../../sdk/cli/stop'
import { isBelieved, whereabouts } from './belief'
import { agrees, check, refusedOf, type Section } from './check'
import { dropsOf, GRACE, type Ground } from './drop'
import { type Expected, expectedOf } from './expected'
import { fall, type Fallen } from './fall'
import { type Mark, mark, markOf } from './mark'
import { type Options, thisMinute } from './options'
import { Progress } from './progress'
import { type Rain, rainOf } from './rain'
import { configOf, mustBeDry, pixelOf, type Site, siteOf, withKey } from './site'
import { header, linesOf } from './table'

const minuteOf = (at: number): string => `${new Date(at).toISOString().slice(0, 16)}Z`

/** The rain that fell on the site before, or the one that is wished for now; it is written down before it falls. */
async function markFor(server: Server, site: Site, options: Options, now: number): Promise<Mark> {
  const { seed, events, days, until = thisMinute(now) } = options
  const reader = withKey(server, site, 'read')
  const config = await configOf(server, site)
  const known = await markOf(reader, config)
  if (known) {
    const { wish } = known
    const isSame = wish.seed === seed && wish.events === events && wish.days === days
    if (isSame && wish.until === (options.until ?? wish.until)) return known
    const was = `--seed ${wish.seed} --events ${wish.events} --days ${wish.days} --until ${minuteOf(wish.until)}`
    throw new Stop(`another rain fell on the site "${site.name}" (${was}): go on with that, or name a new --site`)
  }
  await mustBeDry(reader, site)
  if (until > now || now >= until + GRACE) throw new Usage('--until must lie within the last two hours')
  const begun = { wish: { seed, events, days, until, zone: site.timezone }, config }
  await mark(withKey(server, site, 'write'), begun)
  return begun
}

async function pour(server: Server, rain: Rain, ground: Ground): Promise<Fallen> {
  await fall(server.origin, [whereabouts(rain, ground)], () => {})
  const drops = dropsOf(rain, ground)
  const pieces = drops.reduce((sum, { events }) => sum + events, 0)
  const progress = new Progress(process.stdout, pieces, rain.wish.events)
  const fallen = await fall(server.origin, drops, (each) => progress.add(each))
  progress.end()
  return fallen
}

/** Compares and tells; whether all agreed. */
async function compare(reader: Server, { wish }: Rain, { questions }: Expected, refused: Section): Promise<boolean> {
  const sections = await check(reader, wish, questions)
  const knowsCountries = await isBelieved(reader)
  const judged = sections.filter(({ title }) => knowsCountries || title !== COUNTRIES)
  const told = [...judged, ...(refused.rows.length ? [refused] : [])]
  for (const line of [header(), ...told.flatMap(linesOf)]) console.log(line)
  if (!knowsCountries) console.log('countries of the last days are not compared: the server does not know them')
  const wrong = told.flatMap(({ rows }) => rows).filter((row) => !agrees(row)).length
  const numbers = told.reduce((sum, { rows }) => sum + rows.length, 0)
  console.log(
    wrong ? paint('red', `${wrong} of ${numbers} numbers are wrong`) : `all ${numbers} numbers are as they must be`,
  )
  return !wrong
}
const COUNTRIES = 'views by country'

/**
 * What was refused, by reason: crawlers and nothing else. A refusal is counted as often as it happens, so of a rain that falls
 * once more it is what was there and what came again; and where answers were lost nobody knows how often it was.
 */
function refusals({ bots }: Expected, before: Refused, after: Refused, fallen: Fallen | undefined): Section {
  const title = 'not counted'
  if (!fallen || fallen.isDisturbed) return { title, rows: [] }
  const known = before.get(BOT) ?? 0
  const must = new Map([...before, [BOT, known ? known + fallen.refusedAnew : bots]])
  const reasons = [...new Set([...must.keys(), ...after.keys()])]
  return { title, rows: reasons.map((name) => ({ name, must: must.get(name) ?? 0, is: after.get(name) ?? 0 })) }
}
const BOT = 'bot'
type Refused = ReadonlyMap<string, number>

/** The whole of it; whether all agreed. */
export async function rainOn(server: Server, options: Options): Promise<boolean> {
  const now = Date.now()
  const site = await siteOf(server, options.site, options.timezone)
  const { wish, config } = await markFor(server, site, options, now)
  const [reader, writer] = [withKey(server, site, 'read'), withKey(server, site, 'write')]
  const rain = rainOf(wish)
  console.log(
    `rain of ${wish.events.toLocaleString('en')} events over ${wish.days} days until ${minuteOf(wish.until)}, seed ${wish.seed}, on the site "${site.name}"`,
  )
  const before = await refusedOf(reader)
  // Later its oldest beacons would be refused as late, and ids of what was told are forgotten.
  const canFall = now < wish.until + GRACE
  if (!canFall) console.log('it fell before, and is only looked at; for a new one name a new --site')
  const ground = { config, write: writer.token, pixel: await pixelOf(writer, site) }
  const fallen = canFall ? await pour(server, rain, ground) : undefined
  const expected = expectedOf(rain)
  return compare(reader, rain, expected, refusals(expected, before, await refusedOf(reader), fallen))
}
