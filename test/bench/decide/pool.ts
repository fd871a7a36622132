/**
 * The pool: cases on all of the machine's cores until they are done or time is over. Where it is, all have come
 * about as far, as they are taken in turn; how often each ran, its rows say.
 */
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { say } from '../figure'
import type { Case, Sample } from './case'
import type { Done, Job } from './thread'

const TOLD_EACH_MS = 15_000
/** Decisions are short-lived: with more room they are cleared away less often. */
const YOUNG_MB = 64

export async function sampled(
  cases: Record<string, Case>,
  seed: number,
  until: number,
): Promise<Map<string, Sample[]>> {
  const samples = new Map<string, Sample[]>(Object.keys(cases).map((name) => [name, []]))
  const jobs = jobsOf(cases, seed)
  const waiting = jobs.values()
  let done = 0
  const began = performance.now()
  const telling = setInterval(() => {
    const seconds = ((performance.now() - began) / 1000).toFixed(0)
    say(
      `${done} of ${jobs.length} batches after ${seconds} s, until ${((until - began) / 1000).toFixed(0)} s at the most`,
    )
  }, TOLD_EACH_MS)
  const work = async () => {
    const thread = new Worker(join(import.meta.dirname, 'thread.ts'), {
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB },
    })
    for (const job of waiting) {
      if (performance.now() > until) break
      const answer = new Promise<Done>((resolve, reject) => thread.once('message', resolve).once('error', reject))
      thread.postMessage(job)
      samples.get(job.name)!.push(...(await answer).samples)
      thread.removeAllListeners('error')
      done += 1
    }
    await thread.terminate()
  }
  await Promise.all(Array.from({ length: availableParallelism() }, work)).finally(() => clearInterval(telling))
  return samples
}

/** By how far each case would be then: all are as far at any time. */
function jobsOf(cases: Record<string, Case>, seed: number): Job[] {
  const jobs = Object.entries(cases).flatMap(([name, { runs, batch }]) =>
    Array.from({ length: Math.ceil(runs / batch) }, (_, i) => ({
      job: { name, seed, from: i * batch, to: Math.min((i + 1) * batch, runs) },
      far: i / Math.ceil(runs / batch),
    })),
  )
  return jobs.toSorted((a, b) => a.far - b.far).map(({ job }) => job)
}
