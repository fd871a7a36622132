/**
 * A rain of decisions: make-believe visitors of the shop's front page, each of whom buys or does not by a truth that the
 * server has to find out. Ends with what is true and what the server thinks, and with both sides of what was counted.
 */
import { paint } from '../../sdk/cli/say'
import type { Server } from '../../sdk/cli/server'
import { agrees, type Row } from './check'
import { beacon, buys, type Decided, envelopesOf, question, type Somebody, somebody } from './decision'
import { Line } from './fall'
import type { Options } from './options'
import { Pen } from './pen'
import { Progress } from './progress'
import { configOf, type Site, siteOf, withKey } from './site'
import { header, linesOf as rowsOf } from './table'
import { begin, linesOf, type Thought, thought } from './thought'

/** A busy server lets 32 share a commit and waits for them: with as many there is no wait. */
const AT_ONCE = 48

interface Fell {
  /** By option. */
  shown: Map<string, number>
  bought: Map<string, number>
}

async function pour(server: Server, site: Site, { seed, decisions }: Asked): Promise<Fell> {
  const config = await configOf(server, site)
  // Decided at this moment: the same visitors come anew each time.
  const run = `decisions ${seed} ${Date.now()}`
  const pen = new Pen(run, config)
  const line = new Line(server.origin)
  const progress = new Progress(process.stdout, decisions, decisions, 'decisions')
  const fell: Fell = { shown: new Map(), bought: new Map() }

  async function meet(who: Somebody): Promise<void> {
    const decided = JSON.parse(await line.send(question(site.site, run, who))) as Decided // As it is described.
    const envelopes = envelopesOf(who, decided, pen, Date.now())
    for (const envelope of envelopes) await line.send(beacon(who, envelope, config))
    if (!envelopes.length) return
    add(fell.shown, decided.option)
    if (buys(who, decided.option)) add(fell.bought, decided.option)
  }

  let next = 0
  async function come(): Promise<void> {
    while (next < decisions) {
      await meet(somebody(seed, next++))
      progress.add(1)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, come))
  progress.end()
  return fell
}

const add = (counts: Map<string, number>, name: string): void => void counts.set(name, (counts.get(name) ?? 0) + 1)

export type Asked = Pick<Options, 'seed' | 'site' | 'timezone'> & { decisions: number }

/** The whole of it; whether all was counted that was said. */
export async function decideOn(server: Server, asked: Asked): Promise<boolean> {
  const site = await siteOf(server, asked.site, asked.timezone)
  const [reader, writer] = [withKey(server, site, 'read'), withKey(server, site, 'write')]
  const before = await begin(reader, writer)
  const { decisions, seed } = asked
  console.log(`${decisions.toLocaleString('en')} decisions, seed ${seed}, on the site "${site.name}"`)
  const fell = await pour(server, site, asked)
  const after = await thought(reader)
  for (const line of linesOf(after)) console.log(line)
  const sections = [
    { title: 'shown', rows: rows(fell.shown, before, after, 'trials') },
    { title: 'bought', rows: rows(fell.bought, before, after, 'num') },
  ]
  for (const line of [header('/experiments says'), ...sections.flatMap(rowsOf)]) console.log(line)
  const isRight = sections.every((section) => section.rows.every(agrees))
  console.log(isRight ? 'each was counted once' : paint('red', 'not each was counted once'))
  return isRight
}

function rows(must: Map<string, number>, before: Thought, after: Thought, what: 'trials' | 'num'): Row[] {
  const was = new Map(before.arms.map((arm) => [arm.id, arm[what]]))
  return after.arms.map((arm) => ({
    name: arm.id,
    must: must.get(arm.id) ?? 0,
    is: arm[what] - (was.get(arm.id) ?? 0),
  }))
}
