/**
 * `node --import ./test/resolve.js test/bench/sketch.ts`: how far the sketch's counts lie from the truth, what it costs in
 * time and in memory. One seeded trial is one sketch that grows, read at each size on its way: the sizes of a trial are
 * not independent of each other, the trials are.
 */
import { parseArgs } from 'node:util'
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import { type Precision, Sketch } from '../../worker/rollup/sketch'
import { elementsFrom } from '../element'
import type { Figure } from './figure'

export interface Accuracy {
  precision: Precision
  size: number
  trials: number
  /** Root mean square of the relative error. */
  rms: number
  /** 1.04 / √m, also where the count is exact. */
  theory: number
  ratio: number
  /** The largest relative error of a single trial. */
  worst: number
}

const PRECISIONS = [12, 14] as const
const SIZES = [1e2, 1e3, 1e4, 1e5, 1e6, 1e7]

/** All sizes at both precisions, for the same elements, in so many trials from one on. */
export function sketchAccuracy(trials = 200, sizes: readonly number[] = SIZES, first = 0): Accuracy[] {
  const rows = PRECISIONS.flatMap((precision) =>
    sizes.map((size) => ({ precision, size, trials, rms: 0, theory: 1.04 / 2 ** (precision / 2), ratio: 0, worst: 0 })),
  )
  for (let trial = first; trial < first + trials; trial++) {
    const next = elementsFrom(trial)
    const sketches = PRECISIONS.map((precision) => new Sketch(precision))
    let met = 0
    for (const size of sizes) {
      for (; met < size; met++) {
        const element = next()
        for (const sketch of sketches) sketch.add(element)
      }
      for (const row of rows) {
        if (row.size !== size) continue
        const off = sketches[PRECISIONS.indexOf(row.precision)]!.count() / size - 1
        row.rms += (off * off) / trials
        row.worst = Math.max(row.worst, Math.abs(off))
      }
    }
  }
  return rows.map((row) => ({ ...row, rms: Math.sqrt(row.rms), ratio: Math.sqrt(row.rms) / row.theory }))
}

const TRIALS = 200
/** Within so much of the theory; up to so many, none is missed at all. */
const RATIO = 1.1
const EXACT = 1_000
/** Nobody watches the time here, so that two work at once. */
const THREADS = 2

/** A share of the trials, in a thread of its own. */
function share(thread: number): Promise<Accuracy[]> {
  const trials = TRIALS / THREADS
  const worker = new Worker(new URL(import.meta.url), { workerData: { trials, first: thread * trials } })
  return new Promise((resolve, reject) => {
    worker.once('message', resolve)
    worker.once('error', reject)
  })
}

/** As if one had done both. */
function together(shares: readonly Accuracy[][]): Accuracy[] {
  const [own = []] = shares
  return own.map((row, i) => {
    const rows = shares.map((each) => each[i]!)
    const rms = Math.sqrt(rows.reduce((sum, each) => sum + each.rms ** 2, 0) / rows.length)
    const worst = Math.max(...rows.map((each) => each.worst))
    return { ...row, trials: TRIALS, rms, ratio: rms / row.theory, worst }
  })
}

export async function measureSketch(): Promise<{ figures: Figure[]; accuracy: Accuracy[] }> {
  const accuracy = together(await Promise.all(Array.from({ length: THREADS }, (_, i) => share(i))))
  const exact = accuracy.filter(({ size }) => size <= EXACT).map(({ worst }) => worst)
  const ratios = PRECISIONS.map((precision): Figure => {
    const rows = accuracy.filter((row) => row.precision === precision && row.size > EXACT)
    const name = `rms error of a p${precision} sketch, to its theory, ${TRIALS} trials to 10 M`
    return { name, value: Math.max(...rows.map(({ ratio }) => ratio)), unit: '×', budget: RATIO }
  })
  const missed: Figure = {
    name: `greatest error of a sketch up to ${EXACT}`,
    value: Math.max(...exact),
    unit: '',
    budget: 0,
  }
  return { figures: [missed, ...ratios], accuracy }
}

export interface Cost {
  precision: Precision
  /** Distinct elements of each sketch. */
  elements: number
  /** Heap of one sketch, and the length of its encoding. */
  heap: number
  encoded: number
  /** Nanoseconds: of one add on the way there, and of the whole of the others. */
  add: number
  merge: number
  encode: number
  decode: number
  count: number
}

/** So many elements are held at a time, in as many sketches as it takes; in enough of them to be seen in the heap. */
const HELD = 200_000
const LEAST_HELD = 200
const FULLNESSES = [1, 2, 3, 16, 100, 1000, 10_000]

export function sketchCosts(fullnesses: readonly number[] = FULLNESSES): Cost[] {
  // Once unmeasured: the second time it runs as compiled.
  for (const precision of PRECISIONS) for (const elements of fullnesses) cost(precision, elements)
  return PRECISIONS.flatMap((precision) => fullnesses.map((elements) => cost(precision, elements)))
}

function cost(precision: Precision, elements: number): Cost {
  const next = elementsFrom(elements)
  const many = Math.max(LEAST_HELD, Math.ceil(HELD / elements))
  const lists = Array.from({ length: many }, () => Float64Array.from({ length: elements }, next))
  const before = heapUsed()
  const sketches: Sketch[] = new Array(many)
  const add = nanoseconds(many * elements, () => {
    for (let i = 0; i < many; i++) {
      const sketch = new Sketch(precision)
      for (const element of lists[i]!) sketch.add(element)
      sketches[i] = sketch
    }
  })
  const heap = (heapUsed() - before) / many - 8
  let encodings: Uint8Array[] = []
  const encode = nanoseconds(many, () => (encodings = sketches.map((sketch) => sketch.encode())))
  const decode = nanoseconds(many, () => encodings.map((bytes) => Sketch.decode(bytes)))
  let counted = 0
  const count = nanoseconds(many, () => {
    for (const sketch of sketches) counted += sketch.count()
  })
  // Each into the copy of its neighbour: the sets have nothing in common.
  const copies = sketches.map((sketch) => sketch.clone())
  const merge = nanoseconds(many, () => {
    for (let i = 0; i < many; i++) copies[i]!.merge(sketches[(i + 1) % many]!)
  })
  return { precision, elements, heap, encoded: encodings[0]!.length, add, merge, encode, decode, count }
}

/** Of one of so many, in nanoseconds. */
function nanoseconds(times: number, work: () => void): number {
  const start = process.hrtime.bigint()
  work()
  return Number(process.hrtime.bigint() - start) / times
}

/** Bytes, those of typed arrays too; after a collection where node was started with --expose-gc. */
function heapUsed(): number {
  // A second one waits for the first to have given its buffers back.
  for (let i = 0; i < 2; i++) globalThis.gc?.()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}

if (!isMainThread) {
  const { trials, first } = workerData as { trials: number; first: number } // What `share` gave.
  parentPort!.postMessage(sketchAccuracy(trials, SIZES, first))
} else if (import.meta.main) {
  const { values } = parseArgs({ options: { trials: { type: 'string', default: '200' } } })
  console.table(sketchCosts().map((row) => rounded(row, 0)))
  const start = performance.now()
  console.table(sketchAccuracy(Number(values.trials)).map((row) => rounded(row, 5)))
  console.log(`${values.trials} trials in ${((performance.now() - start) / 1000).toFixed(0)} s`)
}

function rounded(row: object, digits: number): object {
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [name, Number(Number(value).toFixed(digits))]))
}
