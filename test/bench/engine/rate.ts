/**
 * Hours of traffic at one rate, played event by event and alarm by alarm; what was written for it, by table.
 * Afterwards the clock leaps over every retention, so that what a kept row costs when it goes is counted too.
 */
import type { Env } from '../../../worker/env'
import { clock } from './clock'
import { Isolate } from './isolate'
import { nextAlarm, takeRows, takeRowsRead } from './meter'
import { stage } from './objects'
import { asleep, counted, sleepsAt, takePresence } from './presence'
import type { Played, Presence, Rate } from './report'
import { hailOf, makeSite, ringUntil, whaleOf } from './site'
import { Traffic } from './traffic'

const HOUR = 3_600_000
const DAY = 24 * HOUR
/** Half an hour past, so that whole hours hold whole closes; on the tenth, so that no month ends. */
const START = Date.UTC(2026, 10, 10, 0, 30)
const SEED = 1
/** Just past what is kept of fragments, of raw events, of hours and of days. */
const LEAPS = [2, 31, 94, 802]
/** A retention that never ends ringing is a fault of its own. */
const MOST_ALARMS = 5_000

export async function playRate(env: Env, site: number, { rate, warmHours, hours }: Rate): Promise<Played> {
  const start = await begin(env, site, rate)
  await play(env, site, start + warmHours * HOUR)
  takeRows()
  let alarms = 0
  const presence = await present(async () => {
    alarms = await play(env, site, start + (warmHours + hours) * HOUR)
  })
  const rows = Object.fromEntries(takeRows())
  return { events: presence.events, alarms, rows, presence, ...(await age(env, site)) }
}

/** The same hours, in which objects fall asleep as they do on Cloudflare; to end a life takes long. */
export async function playAsleep(env: Env, site: number, { rate, warmHours, hours }: Rate): Promise<Presence> {
  const start = await begin(env, site, rate)
  await play(env, site, start + warmHours * HOUR)
  stage.sleeps = true
  return present(() => play(env, site, start + (warmHours + hours) * HOUR))
}

/** Who was there while something was played. */
async function present(playing: () => Promise<unknown>): Promise<Presence> {
  const [taken, began] = [stage.traffic!.taken, clock.now]
  takeRowsRead()
  takePresence()
  await playing()
  const [events, seconds] = [stage.traffic!.taken - taken, (clock.now - began) / 1000]
  return { events, seconds, rowsRead: takeRowsRead(), ...takePresence() }
}

/** A new site with its traffic; when it begins. */
export async function begin(env: Env, site: number, rate: number): Promise<number> {
  clock.set(START)
  clock.play(true)
  await makeSite(env, site)
  stage.traffic = new Traffic(SEED, START, rate)
  stage.isolate = new Isolate(counted(env))
  return START
}

/** Plays until a time; how many alarms rang. */
export async function play(env: Env, site: number, until: number): Promise<number> {
  let alarms = 0
  for (;;) {
    await hailOf(env, site).play(site, until)
    const alarm = nextAlarm()
    const soonest = Math.min(stage.traffic!.next, clock.nextWait)
    await fallAsleep(env, site, Math.min(soonest, alarm?.at ?? Number.POSITIVE_INFINITY))
    if (alarm && alarm.at <= until && alarm.at <= soonest) alarms += await ringUntil(env, alarm.at)
    else if (soonest > until) break
  }
  clock.set(until)
  return alarms
}

/** Ends the lives of those that nobody will have called by a time. */
async function fallAsleep(env: Env, site: number, by: number): Promise<void> {
  if (!stage.sleeps) return
  // What dies breaks the call that killed it.
  for (const [kind, object] of [
    ['hail', hailOf(env, site)],
    ['whale', whaleOf(env, site)],
  ] as const) {
    if (sleepsAt(kind) >= by) continue
    await object.die().catch(() => undefined)
    asleep(kind)
  }
}

/** Leaps over each retention, with the alarms that ring by then. */
async function age(env: Env, site: number): Promise<Pick<Played, 'eventsInAll' | 'aged' | 'left'>> {
  const eventsInAll = stage.traffic!.taken
  stage.traffic = undefined
  clock.play(false)
  await ringUntil(env, clock.now + HOUR, MOST_ALARMS)
  const end = clock.now
  for (const days of LEAPS) {
    clock.set(end + days * DAY)
    await ringUntil(env, clock.now, MOST_ALARMS)
  }
  // What the last close wrote belongs to an hour that was not measured.
  const aged = Object.fromEntries([...takeRows()].filter(([name]) => name.endsWith('deleted')))
  return { eventsInAll, aged, left: (await whaleOf(env, site).weigh()).tables }
}
