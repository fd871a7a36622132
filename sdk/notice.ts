/** Listens to the page: views, clicks, leaving. It only ever looks, and what goes wrong in here the page never learns of. */
import type { Options } from './context'
import { isOptedOut } from './optout'
import type { Config } from './seal/pair'
import { drain, leave, retry } from './send'
import { close, hasMoved, introduce, renew, say, view } from './speak'
import type { Dimensions, Numbers } from './wire/event'

/** Counts something of the page's own: what it is, how much, and which kind of event. */
export type Count = (dimensions: Dimensions, metrics?: Numbers, type?: string) => void

/** The left button and the middle one, which opens a tab; the right one opens nothing. */
const MIDDLE = 1
const FILES =
  'pdf,docx?,xlsx?,pptx?,txt,csv,rtf,epub,zip,gz,7z,rar,exe,msi,dmg,pkg,deb,apk,iso,mp[34],avi,mov,mkv,wav'

/** When the visible stretch began; 0 while hidden. */
let since = 0
/** How far down the page was seen, percent. */
let depth: number

function attempt(act: () => void): void {
  try {
    act()
  } catch {}
}

/** Everything that happens in a page can be heard at its window. */
function on<E extends Event>(type: string, act: (event: E) => void): void {
  addEventListener(type, (event) => attempt(() => act(event as E)), true) // Its name says which event comes.
}

function measure(): void {
  const share = (scrollY + innerHeight) / document.documentElement.scrollHeight
  depth = Math.max(depth, Math.round(100 * share))
}

/** Ends a visible stretch: what was seen of the page is said. */
function rest(): void {
  const seconds = since && Math.round((Date.now() - since) / 1000)
  since = 0
  if (seconds) say(['e', seconds, depth])
  close()
}

function wake(): void {
  if (!document.hidden) since = Date.now()
}

function show(): void {
  rest()
  depth = 0
  measure()
  view()
  wake()
}

function move(): void {
  if (hasMoved()) show()
}

function hide(): void {
  if (!since) return
  rest()
  leave()
}

function click(event: MouseEvent, files: RegExp): void {
  const link = event.composedPath().find((node): node is HTMLAnchorElement => 'href' in node)
  if (!link || event.button > MIDDLE) return
  const { host, pathname } = new URL(link.href)
  if (files.test(pathname)) say(['d', host + pathname])
  else if (host && host !== location.host) say(['o', host + pathname])
}

/** A view wherever a router changes the page's address: it tells nobody, so it is overheard. */
function overhear(name: 'pushState' | 'replaceState'): void {
  const original = history[name]
  history[name] = function (...state) {
    original.apply(this, state)
    attempt(move)
  }
}

function begin(files: RegExp): void {
  overhear('pushState')
  overhear('replaceState')
  on('popstate', move)
  on<PageTransitionEvent>('pageshow', ({ persisted }) => {
    if (!persisted) return
    renew()
    show()
  })
  on('pagehide', hide)
  on('visibilitychange', () => {
    hide()
    wake()
    drain()
  })
  on('online', retry)
  on('scroll', measure)
  on<MouseEvent>('click', (event) => click(event, files))
  on<MouseEvent>('auxclick', (event) => click(event, files))
  show()
}

/** Begins to watch, and returns what the page calls. `url` is the script's own. */
export function notice(config: Config, options: Options, url: string): Count {
  if (isOptedOut(config[5], options)) return () => {}
  introduce(config, options, url)
  const files = RegExp(`\\.(${(options.downloads ?? FILES).replace(/[ ,]+/g, '|')})$`, 'i')
  const start = () => attempt(() => begin(files))
  // A page prepared in the background is seen by nobody, perhaps never.
  if ((document as Document & { prerendering?: boolean }).prerendering) on('prerenderingchange', start)
  else start()
  return (dimensions, metrics = {}, type = '_') =>
    attempt(() => {
      // One wrong number would have the whole envelope refused, and the view in it.
      if (Object.values(metrics).every(Number.isFinite)) {
        say(JSON.parse(JSON.stringify(['c', dimensions, metrics, type])))
      }
    })
}
