/** A listed site of the bench's own and hands on its objects, as the bench knows them. */
import { type Env, hail, pod, whale } from '../../../worker/env'
import type { Graph } from '../../../sdk/wire/query'
import type { Question } from '../../../worker/whale/question'
import type { Ranking, RankQuestion } from '../../../worker/whale/rank'
import type { Merged, Slice } from '../../../worker/whale/slice'
import type { Kind, Weights } from './report'
import { siteWith } from '../../site'
import { clock } from './clock'
import { clearAlarm, nextAlarm } from './meter'
import { called } from './presence'

export const ZONE = 'Europe/Stockholm'
export const zones = [{ from: 0, zone: ZONE }]

/** Written out, because the stubs' own types unfold without end. */
interface Any {
  ring(): Promise<void>
  die(): Promise<void>
  nothing(): Promise<number>
  weigh(): Promise<Weights>
}
export interface WhaleHand extends Any {
  merge(slice: Slice): Promise<Merged>
  weighWithout(table: string): Promise<number>
  answer(question: Question): Promise<Omit<Graph, 'site'>>
  search(question: Question): Promise<Omit<Graph, 'site'> & { problem?: string }>
  archived(since: number): Promise<number>
  rank(question: RankQuestion): Promise<Ranking | { problem: string }>
  status(): Promise<{ pendingPaths: number; shards: { cursor: number }[] }>
}
export interface HailHand extends Any {
  play(site: number, until: number): Promise<void>
  status(): Promise<{ waiting: number }>
}

export const whaleOf = (env: Env, site: number) => whale(env, site) as unknown as WhaleHand
export const hailOf = (env: Env, site: number) => hail(env, site, 0) as unknown as HailHand

export async function makeSite(env: Env, site: number): Promise<void> {
  await pod(env).create(siteWith({ site, name: `site ${site}`, zones }))
}

/** Rings one alarm, at its time or now where that is later. */
async function ring(env: Env, name: string, at: number): Promise<void> {
  clock.set(at)
  clearAlarm(name)
  const [kind, id = ''] = name.split(' ')
  called(kind as Kind) // By which it was noted.
  await (kind === 'whale' ? whaleOf(env, Number(id)) : hailOf(env, Number(id.split('/')[0]))).ring()
}

/** Rings every alarm that is due by a time, in order, up to a bound; how many there were. */
export async function ringUntil(env: Env, until: number, most = Number.POSITIVE_INFINITY): Promise<number> {
  let rung = 0
  for (let next = nextAlarm(); next && next.at <= until && rung < most; next = nextAlarm()) {
    await ring(env, next.name, next.at)
    rung += 1
  }
  return rung
}
