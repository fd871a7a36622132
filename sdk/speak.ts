/** Gathers what was noticed on a page, tells it with the visitor's session, and has it sealed and sent. */
import { prepare } from './keyring'
import { isSilent } from './optout'
import { quietly } from './quietly'
import { add, drain, said } from './send'
import { keep, now, recall, REFERRER, SESSION } from './state'
import { isOn, page } from './visit'
import type { Saying } from './wire/event'

/** More in one envelope, and it outgrows a URL. */
const MOST_SAYINGS = 20

let isPreparing: boolean

/** Says it with the next envelope, which follows at once. */
export const say = quietly(async (saying: Saying) => {
  if (isSilent) return
  said.push(saying)
  // What is said in one go is sealed together; what is said before the first view waits for that.
  if (isPreparing || !page) return
  isPreparing = true
  await quietly(prepare)()
  isPreparing = false
  close()
  return drain()
})

/** Seals what was said so far and does not send it. */
export const close = (): void => {
  while (page && said[0]) {
    if (isOn()) keep(SESSION, now())
    add([now(), page, recall()[REFERRER], innerWidth, ...said.splice(0, MOST_SAYINGS)])
  }
}
