/** Listens to the page: views, clicks, leaving. It only ever looks, and what goes wrong in here the page never learns of. */
import { oneOf, type Options, pageOf } from './context'
import { introduce, renew } from './keyring'
import { isOptedOut } from './optout'
import type { Config } from './seal/pair'
import { quietly } from './quietly'
import { aim, drain, retry } from './send'
import { close, page, say, view } from './speak'
import type { Dimensions, Numbers } from './wire/event'

/** Counts something of the page's own: what it is, how much, and which kind of event. */
export type Count = (dimensions: Dimensions, metrics?: Numbers, type?: string) => void

/** The left button and the middle one, which opens a tab; the right one opens nothing. */
const MIDDLE = 1
const FILES = 'pdf,docx?,xlsx?,pptx?,csv,txt,epub,zip,gz,7z,rar,exe,msi,dmg,pkg,apk,mp[34],avi,mov,wav'

let options: Options
let files: RegExp
/** When the visible stretch began; 0 while hidden. */
let since = 0
/** How far down the page was seen, percent. */
let depth: number

/** Everything that happens in a page can be heard at its window. */
function on<E extends Event>(type: string, act: (event: E) => void): void {
  addEventListener(type, quietly(act) as EventListener, true) // Its name says which event comes.
}

function measure(): void {
  const share = (scrollY + innerHeight) / document.documentElement.scrollHeight
  depth = Math.max(depth, Math.round(100 * share))
}

/** Ends a visible stretch: what was seen of the page is said. */
function rest(): void {
  const seconds = since && Math.round((Date.now() - since) / 1000)
  since = 0
  // Not by `say`, which would send it a second time while the page goes away.
  close(...(seconds ? ([['e', seconds, depth]] as const) : []))
}

function wake(): void {
  since = document.hidden ? 0 : Date.now()
}

function show(): void {
  rest()
  depth = 0
  measure()
  view(options)
  wake()
}

function move(): void {
  if (page !== pageOf(options)) show()
}

function hide(): void {
  if (!since) return
  rest()
  void drain(true)
}

function click(event: MouseEvent): void {
  const link = event.composedPath().find((node): node is HTMLAnchorElement => 'href' in node)
  if (!link || event.button > MIDDLE) return
  const { host, pathname } = new URL(link.href)
  if (files.test(pathname)) say(['d', host + pathname])
  else if (host && host !== location.host) say(['o', host + pathname])
}

function begin(): void {
  // A router tells nobody that it changes the page's address, so it is overheard.
  for (const name of ['pushState', 'replaceState'] as const) {
    const original = history[name]
    history[name] = function (...state) {
      original.apply(this, state)
      quietly(move)()
    }
  }
  on('popstate', move)
  on<PageTransitionEvent>('pageshow', ({ persisted }) => {
    if (!persisted) return
    renew()
    show()
  })
  on('pagehide', hide)
  on('visibilitychange', () => {
    if (document.hidden) return hide()
    wake()
    void drain()
  })
  on('online', retry)
  on('scroll', measure)
  on('click', click)
  on('auxclick', click)
  show()
}

/** Begins to watch. `url` is the script's own, from whose origin it counts unless the page names another host. */
export function notice(config: Config, attributes: Options, url: string): void {
  if (isOptedOut(config[5], attributes)) return
  options = attributes
  files = RegExp(`\\.${oneOf(options.downloads ?? FILES)}$`, 'i')
  introduce(config, url)
  aim(new URL(config[4], options.host ?? url))
  // A page prepared in the background is seen by nobody, perhaps never.
  if ((document as Document & { prerendering?: boolean }).prerendering) on('prerenderingchange', begin)
  else begin()
}

/** What the page calls. It waits for the first view, and does nothing where nothing is to be said. */
export const count: Count = quietly((dimensions, metrics = {}, type = '_') => {
  // One wrong number would have the whole envelope refused, and the view in it.
  if (!Object.values(metrics).every(Number.isFinite)) return
  say(JSON.parse(JSON.stringify(['c', dimensions, metrics, type])))
})
