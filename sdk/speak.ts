/** Gathers what was noticed on a page, tells it with the visitor's session, and has it sealed and sent. */
import { arrivalOf, type Options, pageOf, pathOf } from './context'
import { config, prepare } from './keyring'
import { add, drain } from './send'
import { isForgetful, keep, now, recall } from './state'
import { quietly } from './quietly'
import { isOn, visit } from './visit'
import type { Saying } from './wire/event'

/** More in one envelope, and it outgrows a URL. */
const MOST_SAYINGS = 20

/** The page of the last view; what is said is said there. */
export let page: string | undefined
const said: Saying[] = []

/** Says it with the next envelope, which follows at once. What comes before the first view waits for that. */
export function say(saying: Saying): void {
  if (!config) return
  said.push(saying)
  void prepare(flush)
}

const flush = quietly(() => {
  close()
  void drain()
})

/** Seals what was said so far, with a last word, and does not send it. */
export function close(...last: Saying[]): void {
  said.push(...last)
  while (page && said[0]) {
    if (isOn(recall(), now())) keep(0, now())
    add([now(), page, recall()[6], innerWidth, ...said.splice(0, MOST_SAYINGS)])
  }
}

/** Says that this page is seen, and what that is the first of. */
export function view(options: Options): void {
  // The page's referrer brought its first view only: a session that begins on it hours later began by itself.
  const referrer = page ? '' : arrivalOf()
  const path = pathOf(options)
  const [session, saying] = visit(recall(), [now(), now(), now(), 1, path, path, referrer], config[3])
  keep(0, ...session)
  page = pageOf(options)
  // Without storage all that can be known is whether somebody came from elsewhere just now.
  say(isForgetful ? ['p', referrer ? 1 : 0, 0, '', ''] : saying)
}
