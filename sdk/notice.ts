/** Listens to the page: views, clicks, leaving. It only ever looks, and what goes wrong in here the page never learns of. */
import { pageOf } from './context'
import { prepare } from './keyring'
import { consider, isSilent } from './optout'
import { quietly } from './quietly'
import { renew } from './seal/pair'
import { drain, retry, said } from './send'
import { close, say } from './speak'
import { forget, open } from './state'
import { options } from './tag'
import { page, visit } from './visit'
import type { Dimensions, Numbers, Saying } from './wire/event'

/** Counts something of the page's own: what it is, how much, and which kind of event. */
export type Count = (dimensions: Dimensions, metrics?: Numbers, type?: string) => void

/** The left button and the middle one, which opens a tab, come before; the right one opens nothing. */
const RIGHT = 2
/** Milliseconds. A page that is busy for longer must bear a few of them more. */
const PATIENCE = 500
const HOUR = 3_600_000
/** Of one call: more than the server keeps of an event. */
const MOST_CHARACTERS = 1e4
const FILES = 'pdf|docx?|xlsx?|pptx?|csv|txt|epub|zip|gz|7z|rar|exe|msi|dmg|pkg|apk|mp[34]|avi|mov|wav'

/** When the visible stretch began; 0 while hidden. */
let since = 0
/** How far down the page was seen, of 1. */
let depth = 0

const measure = (): void => {
  depth = Math.max(depth, (scrollY + innerHeight) / document.documentElement.scrollHeight)
}

/** Ends a visible stretch: what was seen of the page is said. */
const rest = (): void => {
  const seconds = since && ((Date.now() - since) / 1000) | 0
  since = 0
  if (seconds) {
    measure()
    // Not by `say`, which would send it a second time while the page goes away.
    said.push(['e', seconds, Math.round(100 * depth)])
  }
  close()
}

const wake = (): void => {
  since = document.hidden ? 0 : Date.now()
}

const show = (): void => {
  rest()
  depth = 0
  void say(visit())
  wake()
}

const move = (): void => {
  if (page && page !== pageOf()) show()
}

const hide = (): void => {
  if (!since) return
  rest()
  void drain(true)
}

const look = (): void => {
  if (document.hidden) return hide()
  if (page) wake()
  else show()
  void drain()
}

const click = (event: MouseEvent): void => {
  // Beside a link nothing is to be said, and taking it apart throws.
  const { host, pathname } = event.composedPath().find((node) => (node as HTMLAnchorElement).href) as HTMLAnchorElement
  const isFile = RegExp(`\\.(${options.downloads ?? FILES})$`.replace(/[ ,]+/g, '|'), 'i').test(pathname)
  if (event.button < RIGHT && (isFile || (host && host !== location.host)))
    void say([isFile ? 'd' : 'o', host + pathname])
}

/** Everything that happens in a page can be heard at its window. */
const on = (type: string, act: (event: never) => unknown): void =>
  addEventListener(type, quietly(act as () => unknown), true)

const acts: Record<string, (event: never) => unknown> = {
  popstate: move,
  online: retry,
  scroll: measure,
  click,
  auxclick: click,
  visibilitychange: look,
  prerenderingchange: look,
  pageshow: ({ persisted }: PageTransitionEvent) => {
    if (!persisted) return
    renew()
    show()
  },
}

/** Looks into storage for the first time, which alone may take milliseconds, and counts the first view. */
export const begin = (): void => {
  if (isSilent !== undefined) return
  void open()
  consider()
  if (isSilent) return
  if (options.storage === 'none') forget()
  // A router tells nobody that it changes the page's address, so it is overheard.
  for (const name of ['pushState', 'replaceState'] as const) {
    const original = history[name]
    history[name] = (...state) => {
      original.apply(history, state)
      void quietly(move)()
    }
  }
  for (const type in acts) on(type, acts[type]!)
  // So that even what a page says as it goes away after days is sealed with a key that opens.
  setInterval(quietly(prepare), HOUR)
  // A page prepared in the background is seen by nobody, perhaps never.
  if (!(document as Document & { prerendering?: boolean }).prerendering) show()
}

/** Begins when the browser is idle, or when the page goes away before that. */
export const notice = (): void => {
  on('pagehide', () => {
    begin()
    hide()
  })
  // Some browsers can't tell when they are idle; to a timer that object is no time at all.
  const idle = (window.requestIdleCallback ?? setTimeout) as typeof requestIdleCallback
  idle(quietly(begin), { timeout: PATIENCE })
}

/**
 * What a page chose to say. It waits for the first view. What cannot be written down, or not so shortly that an envelope
 * holds it, takes nothing else with it.
 */
export const sayChosen = (...saying: Saying): unknown =>
  say(JSON.parse(JSON.stringify(saying).slice(0, MOST_CHARACTERS)))

/** What the page calls. */
export const count: Count = quietly((dimensions, metrics = {}, type = '_') => sayChosen('c', dimensions, metrics, type))
