/** The npm door: the beacon for pages that bundle their scripts. It asks the server once for the site's current key. */
import { type Count, count as countNow, notice } from './notice'
import { type Options, tell } from './tag'

export type { Dimensions, Numbers } from './wire/event'
export type { Count }

export interface Start {
  /** The server's origin, `https://count.example`. */
  host: string
  /** The site's number or name. */
  site: number | string
  /** The script's public prefix, where the site has another than `b`. */
  prefix?: string
  /** As the script tag's attributes, without `data-`. */
  also?: string
  hash?: boolean
  query?: string
  downloads?: string
  storage?: 'none'
  ignore?: string
  local?: boolean
  automation?: boolean
}

const waiting: Parameters<Count>[] = []
let hasBegun = false
let isReady = false

/** Begins to count. A second call does nothing, and neither does one outside a browser. */
export async function start({ host, site, prefix = 'b', ...switches }: Start): Promise<void> {
  if (hasBegun || typeof document === 'undefined') return
  hasBegun = true
  try {
    const script = new URL(`/${prefix}/${site}.js`, host).href
    const answer = await fetch(`${script}on`)
    // What a server says that is just starting is JSON too.
    if (!answer.ok) throw answer
    tell(await answer.json(), attributesOf(switches), script)
    notice()
    isReady = true
    for (const call of waiting.splice(0)) countNow(...call)
  } catch {
    hasBegun = false
  }
}

/** Counts something of the page's own. Calls before `start` is through wait for it. */
export const count: Count = (...call) => {
  if (isReady) countNow(...call)
  else if (waiting.length < 100) waiting.push(call)
}

/** `true` is an attribute that is there. */
function attributesOf(switches: Record<string, string | boolean | undefined>): Options {
  const given = Object.entries(switches).filter(([, value]) => value !== undefined && value !== false)
  return Object.fromEntries(given.map(([name, value]) => [name, value === true ? '' : String(value)]))
}
