/**
 * Fold and merge as pure functions, in views per second of this process's CPU: what a Hail and a Whale do to each. A view
 * becomes some three events, of many paths in all; what lies between fold and merge, a fragment's bytes, is counted too.
 */
import type { Event } from '../../sdk/wire/event'
import { expand } from '../../worker/rollup/dimension'
import { encode, Fragment } from '../../worker/rollup/fragment'
import { Pending } from '../../worker/whale/pending'
import { Traffic } from './engine/traffic'
import { type Figure, quantile, say } from './figure'

/** As large as a slice may be, at a rate that fills it within a minute. */
const SLICE = 5_000
const RATE = 90
const SLICES = 4
const ROUNDS = 7
const START = Date.UTC(2026, 10, 10, 10)
const TARGET = 200_000

const zones = [{ from: 0, zone: 'Europe/Stockholm' }]

/** Seconds of CPU that a call took. */
function cpu(call: () => void): number {
  const before = process.cpuUsage()
  call()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1e6
}

export function measureSpeed(): { figures: Figure[] } {
  const traffic = new Traffic(3, START, RATE)
  const slices = Array.from({ length: SLICES }, () =>
    Array.from({ length: SLICE }, () => JSON.stringify(traffic.take().events)),
  )
  const parsed = slices.map((texts) => texts.map((text) => JSON.parse(text) as Event[]))
  const views = SLICE * SLICES
  const rounds = Array.from({ length: ROUNDS }, () => {
    const fragments = parsed.map(() => new Fragment())
    const parse = cpu(() => slices.forEach((texts) => texts.forEach((text) => JSON.parse(text))))
    const fold = cpu(() => parsed.forEach((slice, i) => slice.flat().forEach((event) => fragments[i]!.add(event))))
    let parts: Uint8Array[][] = []
    const write = cpu(() => (parts = fragments.map(encode)))
    const pending = new Pending()
    const merge = cpu(() => parts.flat().forEach((part) => pending.add(part, zones)))
    return { parse, fold, write, merge, bytes: parts.flat().reduce((sum, { length }) => sum + length, 0) }
  })
  const speed = (of: (round: (typeof rounds)[number]) => number) => views / quantile(rounds.map(of), 0.5)
  const paths = parsed.flat(2).reduce((sum, { dimensions }) => sum + expand(dimensions).length, 0) / views
  const events = parsed.flat(2).length / views
  const size = (rounds[0]!.bytes / views).toFixed(0)
  say(`speed: ${events.toFixed(1)} events and ${paths.toFixed(1)} paths a view, ${size} bytes of fragment`)
  const note = `a view is ${events.toFixed(1)} events, ${paths.toFixed(0)} paths in all; slices of ${SLICE}`
  const all = speed(({ fold, write, merge }) => fold + write + merge)
  const unit = '/s of CPU'
  return {
    figures: [
      { name: 'fold, encode, decode and merge of views', value: all, unit, budget: TARGET, isSpeed: true, note },
      { name: 'fold, encode, decode and merge, counted in events', value: all * events, unit },
      { name: 'fold of views alone', value: speed(({ fold }) => fold), unit },
      { name: 'encoding of views alone', value: speed(({ write }) => write), unit },
      { name: 'decoding and merging of views alone', value: speed(({ merge }) => merge), unit },
      { name: 'reading the log’s JSON of views, before all that', value: speed(({ parse }) => parse), unit },
    ],
  }
}
