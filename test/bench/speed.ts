/** Fold and merge as pure functions, in events per second of this process's CPU: what a Hail and a Whale do to each view. */
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
  say(`speed: ${paths.toFixed(1)} paths a view, ${(rounds[0]!.bytes / views).toFixed(0)} bytes of fragment`)
  const note = `views of ${paths.toFixed(0)} paths, slices of ${SLICE}`
  const unit = '/s of CPU'
  return {
    figures: [
      {
        name: 'fold, encode, decode and merge',
        value: speed(({ fold, write, merge }) => fold + write + merge),
        unit,
        budget: TARGET,
        isSpeed: true,
        note,
      },
      { name: 'fold', value: speed(({ fold }) => fold), unit },
      { name: 'encode', value: speed(({ write }) => write), unit },
      { name: 'decode and merge', value: speed(({ merge }) => merge), unit },
      { name: 'reading the log’s JSON', value: speed(({ parse }) => parse), unit },
    ],
  }
}
