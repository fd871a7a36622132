/** What few pages use lies in a file of its own, beside the script: `…/SITE.jsm`. It comes when it is first asked for. */
import type { Later } from './module'
import { begin } from './notice'
import { isSilent } from './optout'
import { say } from './speak'
import { now, store } from './state'
import { script } from './tag'

const later = <What extends keyof Later>(what: What) =>
  (async (...items: unknown[]) => {
    begin()
    return (await import(script + 'm'))[what](items, isSilent, say, now, store)
  }) as Later[What] // It is what that file makes.

export const experiment = later('experiment')
export const goal = later('goal')
