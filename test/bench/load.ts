/**
 * The load, in a process of its own, so that making it is not measured as serving it.
 * Reads one case as JSON from standard input, prints what autocannon saw. Every body is sent once.
 */
import { text } from 'node:stream/consumers'
import autocannon from 'autocannon'

export interface Load {
  url: string
  connections: number
  /** One request each; spread over the connections. */
  bodies: string[]
  /** Requests in all, where there is no body to send: a GET each. */
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

async function run({ url, connections, bodies, amount, headers }: Load): Promise<Seen> {
  let next = 0
  const share = Math.ceil((bodies.length || amount) / connections)
  const began = performance.now()
  const result = await autocannon({
    url,
    connections,
    amount: bodies.length || amount,
    headers,
    // The end is noticed at a sample: one a second would round every rate.
    sampleInt: 20,
    ...(bodies.length > 0 && {
      method: 'POST',
      setupClient(client) {
        const own = bodies.slice(next, next + share)
        next += share
        client.setRequests(own.map((body) => ({ method: 'POST', body, headers })))
      },
    }),
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
