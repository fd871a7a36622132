/** A thread of the bench: runs what it is told of a case, and tells the samples. */
import { parentPort } from 'node:worker_threads'
import { type Sample, samplesOf } from './case'
import { cases } from './cases'

/** Some of a case's runs, all by one seed. */
export interface Job {
  name: string
  seed: number
  from: number
  to: number
}

export interface Done {
  job: Job
  samples: Sample[]
}

parentPort?.on('message', (job: Job) => {
  const samples = samplesOf(job.name, cases[job.name]!, job.seed, job.from, job.to)
  parentPort!.postMessage({ job, samples } satisfies Done)
})
