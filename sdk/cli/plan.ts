/** What one deploy is about, by the command line and the environment. Cloudflare was not asked anything yet. */
import { join, resolve } from 'node:path'
import { ownName } from './cloudflare'
import { Copy, type Secrets } from './copy'
import { root } from './home'
import { wholeOf } from './option'
import type { Spoken } from './say'
import { givenKeys } from './secrets'
import type { Settings } from './settings'
import { Usage } from './stop'

/** Kept apart from a local server's data folder: two deployments never share a key. */
export const FOLDER = '.graupel-cloud'
const MOST_WAIT_S = 3600

export interface Options extends Spoken {
  name?: string
  site?: string
  keys?: string
  secrets?: true
  wait: string
  dryRun?: true
}

export interface Plan {
  worker: string
  copy: Copy
  /** Secrets from the environment; they stand above the copy. */
  given: Partial<Secrets>
  /** Whether all secrets are to be sent, whatever the Worker has. */
  all: boolean
  /** The public origin, where it is given. */
  url: string
  /** The site to show, where one is named. */
  site: string | undefined
  /** Seconds until it must answer. */
  wait: number
  /** Further words for `wrangler deploy`. */
  words: readonly string[]
  /** Where wrangler's words and the news go, a descriptor: with --json stdout is the document's. */
  show: number
}

/** What of wrangler's is ours to say. It takes `--dryRun` and `-c./file` as well. */
const OURS = /^(-[ceh]|--(name|config|env|dry-?run|secrets-?file|no-?bundle|bundle|help|temporary)(=|$))/i

export function planOf(words: readonly string[], options: Options, { master, admin, url }: Settings): Plan {
  const ours = words.find((word) => OURS.test(word))
  if (ours) throw new Usage(`${ours} is not handed on to wrangler: graupel deploy --help says what there is instead`)
  return {
    worker: options.name ?? ownName(),
    copy: new Copy(options.keys === undefined ? join(root, FOLDER) : resolve(options.keys)),
    given: { ...(master && { GRAUPEL_MASTER: givenKeys(master) }), ...(admin && { GRAUPEL_ADMIN: admin }) },
    all: options.secrets ?? false,
    url,
    site: options.site,
    wait: wholeOf('--wait', options.wait, 0, MOST_WAIT_S),
    words,
    show: options.json ? 2 : 1,
  }
}
