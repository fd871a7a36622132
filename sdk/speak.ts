/** Gathers what was noticed on a page, tells it with the visitor's session, and has it sealed and sent. */
import { now } from './clock'
import { arrivalOf, type Options, pageOf, pathOf } from './context'
import { config, prepare } from './keyring'
import { add, drain } from './send'
import { isForgetful, keep, recall } from './storage'
import { isOn, type Session, visit } from './visit'
import type { Saying } from './wire/event'

const SESSION = 'graupel'
/** No session, and none ever before. */
const NEVER: Session = [0, 0, 0, 0, '', '', '']
/** More in one envelope, and it outgrows a URL. */
const MOST_SAYINGS = 20

/** The page of the last view; what is said is said there. */
export let page: string | undefined
const said: Saying[] = []

const recallSession = () => recall<Session>(SESSION) ?? NEVER

/** Says it with the next envelope, which follows at once. What comes before the first view waits for that. */
export async function say(saying: Saying): Promise<void> {
  said.push(saying)
  if (!page) return
  try {
    await prepare().catch(() => {})
    close()
    drain()
  } catch {}
}

/** Seals what was said so far, and does not send it. */
export function close(): void {
  while (page && said[0]) {
    const session = recallSession()
    if (isOn(session, now())) session[0] = now()
    keep(SESSION, session)
    add([now(), page, session[6], innerWidth, ...said.splice(0, MOST_SAYINGS)])
  }
}

/** Says that this page is seen, and what that is the first of. */
export function view(options: Options): void {
  // The page's referrer brought its first view only: a session that begins on it hours later began by itself.
  const referrer = page ? '' : arrivalOf(document.referrer, location)
  const path = pathOf(location, options)
  const [session, saying] = visit(recallSession(), [now(), now(), now(), 1, path, path, referrer], config[3])
  keep(SESSION, session)
  page = pageOf(location, options)
  // Without storage all that can be known is whether somebody came from elsewhere just now.
  say(isForgetful ? ['p', referrer ? 1 : 0, 0, '', ''] : saying)
}
