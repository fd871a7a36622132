/**
 * Listens to the page: views, clicks, leaving. It only ever looks; whatever goes wrong in here, the page never learns of.
 */
import { type Options, placeOf } from './context'
import { isOptedOut } from './optout'
import type { Config } from './seal/pair'
import { speaker } from './speak'
import type { Dimensions, Numbers } from './wire/event'

/** Counts something of the page's own: what it is, how much, and which kind of event. */
export type Count = (dimensions: Dimensions, metrics?: Numbers, type?: string) => void

const HOUR = 3_600_000
/** The left button and the middle one, which opens a tab; the right one opens nothing. */
const MIDDLE = 1
const FILES =
  '7z,apk,avi,csv,deb,dmg,docx?,epub,exe,flac,gz,iso,jar,key,m4a,m4v,mkv,mov,mp[34],mpe?g,msi,od[pst],pdf,pkg,pps,pptx?,rar,rpm,rtf,tgz,txt,wav,wma,wmv,xlsx?,xz,zip'

function attempt(act: () => void): void {
  try {
    act()
  } catch {}
}

function on<E extends Event>(target: EventTarget, type: string, act: (event: E) => void): void {
  target.addEventListener(type, (event) => attempt(() => act(event as E)), true) // Its name says which event comes.
}

/** Begins to watch, and returns what the page calls. */
export function notice(config: Config, options: Options, script: string): Count {
  if (isOptedOut(config[5], options)) return () => {}

  const { say, view, close, leave, drain, retry, renew } = speaker(config, options, script)
  const files = RegExp(`\\.(${(options.downloads ?? FILES).replace(/[ ,]+/g, '|')})$`, 'i')
  let page: string
  /** When the visible stretch began, by the clock that rests while the machine sleeps; 0 while hidden. */
  let since = 0
  let depth = 0
  let left = 0

  function measure(): void {
    const share = (scrollY + innerHeight) / document.documentElement.scrollHeight
    depth = Math.max(depth, Math.min(100, Math.round(100 * share)))
  }

  /** Ends a visible stretch: what was seen of the page is said. */
  function rest(): void {
    const seconds = since && Math.round((performance.now() - since) / 1000)
    since = 0
    if (seconds) say(['e', seconds, depth])
    close()
  }

  function wake(): void {
    if (!document.hidden) since = performance.now()
  }

  function show(): void {
    rest()
    const place = placeOf(location, options)
    page = place.page
    depth = 0
    measure()
    view(place)
    wake()
  }

  function move(): void {
    if (placeOf(location, options).page !== page) show()
  }

  function hide(): void {
    if (!since) return
    left = Date.now()
    rest()
    leave()
  }

  function click(event: MouseEvent): void {
    const link = event.composedPath().find((node): node is HTMLAnchorElement => 'href' in node)
    if (!link || event.button > MIDDLE) return
    const { host, pathname } = new URL(link.href)
    if (files.test(pathname)) say(['d', host + pathname])
    else if (host && host !== location.host) say(['o', host + pathname])
  }

  function begin(): void {
    for (const name of ['pushState', 'replaceState'] as const) {
      const original = history[name]
      history[name] = function (...state) {
        original.apply(this, state)
        attempt(move)
      }
    }
    on(window, 'popstate', move)
    on(window, 'hashchange', move)
    on<PageTransitionEvent>(window, 'pageshow', ({ persisted }) => {
      if (!persisted) return
      if (Date.now() - left > HOUR) renew()
      show()
    })
    on(window, 'pagehide', hide)
    on(document, 'visibilitychange', () => {
      if (document.hidden) return hide()
      wake()
      drain()
    })
    on(window, 'online', retry)
    on(window, 'scroll', measure)
    on(document, 'click', click)
    on(document, 'auxclick', click)
    show()
  }

  // A page prepared in the background is seen by nobody, perhaps never.
  if ((document as Document & { prerendering?: boolean }).prerendering) on(document, 'prerenderingchange', begin)
  else attempt(begin)

  return (dimensions, metrics = {}, type = '_') =>
    attempt(() => {
      // One wrong number would have the whole envelope refused, and the view in it.
      if (!Object.values(metrics).every(Number.isFinite)) return
      say(JSON.parse(JSON.stringify(['c', dimensions, metrics, type])))
    })
}
