/**
 * The load, in a process of its own, so that making it is not measured as serving it.
 * Reads one case as JSON from standard input, prints what autocannon saw. Every envelope is sent once.
 */
import { text } from 'node:stream/consumers'
import autocannon from 'autocannon'

export interface Shot {
  method: 'GET' | 'POST'
  path: string
  body?: string
}

export interface Load {
  origin: string
  connections: number
  /** Spread over the connections; a single one is repeated. */
  shots: Shot[]
  /** Requests in all. */
  amount: number
  headers: Record<string, string>
}

export interface Seen {
  perSecond: number
  p50: number
  p99: number
  succeeded: number
  failed: number
  seconds: number
}

async function run({ origin, connections, shots, amount, headers }: Load): Promise<Seen> {
  let next = 0
  const share = Math.ceil(shots.length / connections)
  const began = performance.now()
  const result = await autocannon({
    url: origin,
    connections,
    amount,
    headers,
    // The end is noticed at a sample: one a second would round every rate.
    sampleInt: 20,
    setupClient(client) {
      const own = shots.slice(next, next + share)
      next += share
      client.setRequests((own.length ? own : shots).map((shot) => ({ ...shot, headers })))
    },
  })
  const seconds = (performance.now() - began) / 1000
  const succeeded = result['2xx']
  return {
    perSecond: succeeded / seconds,
    p50: result.latency.p50,
    p99: result.latency.p99,
    succeeded,
    failed: result.non2xx + result.errors + result.timeouts,
    seconds,
  }
}

console.log(JSON.stringify(await run(JSON.parse(await text(process.stdin)) as Load)))
