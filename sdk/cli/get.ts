/** Asks as anybody may, without a token; whatever keeps an answer from coming is a Stop. */
import { Stop } from './stop'

/** An answer is made in milliseconds, and an event waits for a quarter of a second at most to be on disk. */
const PATIENCE_MS = 10_000

export async function get(url: string | URL, init: RequestInit = {}): Promise<Response> {
  try {
    return await fetch(url, { signal: AbortSignal.timeout(PATIENCE_MS), ...init })
  } catch (error) {
    const { name, message, cause } = error as Error & { cause?: Error } // undici's word for what a socket said
    const why = name === 'TimeoutError' ? `within ${PATIENCE_MS / 1000} s` : `(${cause?.message || message})`
    throw new Stop(`no answer from ${new URL(url).origin} ${why}`)
  }
}
