/**
 * Browser, system and device from the agent text and its hints. Agents lie by design: their text froze "Android 10; K",
 * "Mac OS X 10_15_7" and "Windows NT 10.0", so what is frozen is not reported, and minor versions never are.
 */
import { isbot, isbotMatch } from 'isbot'
import UAParser from 'ua-parser-js'
import { Bounded } from './bounded'
import { brandOf, type Hints, isMobile, platformOf, platformVersionOf } from './hints'
import { AGENT_CHARACTERS } from './limits'
import { UNKNOWN } from './name'
import type { Reason } from './refusal'

export interface Agent {
  browser: string
  /** Major. */
  browserVersion?: string
  os: string
  /** Major. */
  osVersion?: string
  /** desktop, mobile, tablet, tv, console, wearable, xr, embedded or unknown. */
  device: string
  /** What in the text looked like a program rather than a person. */
  bot?: string
  /** There was no text at all. */
  absent?: true
}

/** Distinct agents are few; parsing one costs 30 µs, finding it less than one. */
const REMEMBERED = 5_000
const known = new Bounded<Agent>(REMEMBERED)

const ABSENT: Agent = { browser: UNKNOWN, os: UNKNOWN, device: UNKNOWN, absent: true }

/** Mail services fetch images on their readers' behalf. */
const MAIL_PROXY = /GoogleImageProxy|YahooMailProxy|Outlook-iOS-ImageProxy|ProtonMail-Image-Proxy/
export const MAIL_PROXY_NAME = 'mail-proxy'

const BROWSERS = new Map<string, string>([
  ['Mobile Safari', 'Safari'],
  ['Mobile Chrome', 'Chrome'],
  ['Mobile Firefox', 'Firefox'],
  ['IEMobile', 'IE'],
  ['Chrome Headless', 'Chrome'],
])
/** Names that many other browsers borrow: a hint knows better. */
const BORROWED = new Set(['Chrome', 'Chrome WebView', 'Chromium', UNKNOWN])
const SYSTEMS = new Map<string, string>([
  ['Mac OS', 'macOS'],
  ['Chromium OS', 'ChromeOS'],
  ['Chrome OS', 'ChromeOS'],
])
const DESKTOPS = new Set(['Windows', 'macOS', 'ChromeOS', 'Linux', 'Ubuntu', 'Debian', 'Fedora', 'FreeBSD', 'OpenBSD'])
const DEVICES = new Map<string, string>([['smarttv', 'tv']])

/** Versions that agents have not changed since: `text` is what they all say. */
const FROZEN = new Map<string, { text: RegExp; means?: string }>([
  ['macOS', { text: /Mac OS X 10[._]15(?!\d)/ }],
  ['Android', { text: /Android 10; K\)/ }],
  ['Windows', { text: /Windows NT 10\.0/, means: '10 or 11' }],
  ['ChromeOS', { text: /CrOS/ }],
])
/** Safari 26 and later still say "OS 18", but carry their system's number. */
const SAFARI_WITH_SYSTEM_NUMBER = 26

export function agentOf(userAgent: string | undefined, hints: Hints = {}): Agent {
  const text = (userAgent ?? '').slice(0, AGENT_CHARACTERS)
  if (!text.trim()) return ABSENT
  const { brands = '', mobile = '', platform = '', platformVersion = '' } = hints
  const name = `${text}\n${`${brands}\n${mobile}\n${platform}\n${platformVersion}`.slice(0, AGENT_CHARACTERS)}`
  const remembered = known.get(name)
  if (remembered) return remembered
  const agent = parse(text, hints)
  known.set(name, agent)
  return agent
}

function parse(text: string, hints: Hints): Agent {
  if (MAIL_PROXY.test(text)) return { browser: MAIL_PROXY_NAME, os: UNKNOWN, device: UNKNOWN }
  const { browser, os, device } = new UAParser(text).getResult()
  const system = SYSTEMS.get(os.name ?? '') ?? os.name ?? UNKNOWN
  const bot = isbot(text) ? (isbotMatch(text) ?? text) : undefined
  return {
    ...browserOf(browser.name, browser.major, hints),
    ...systemOf({ text, system, version: os.version, browserVersion: browser.major }, hints),
    device: deviceOf(device.type, system, hints),
    ...(bot !== undefined && { bot }),
  }
}

function browserOf(parsed: string | undefined, major: string | undefined, hints: Hints) {
  const browser = BROWSERS.get(parsed ?? '') ?? parsed ?? UNKNOWN
  const brand = BORROWED.has(browser) ? brandOf(hints) : undefined
  const version = brand?.version ?? major
  return { browser: brand?.name ?? browser, ...(version && { browserVersion: version }) }
}

interface Parsed {
  text: string
  system: string
  version: string | undefined
  browserVersion: string | undefined
}

function systemOf(parsed: Parsed, hints: Hints): { os: string; osVersion?: string } {
  const os = platformOf(hints)
  const hinted = platformVersionOf(hints)
  // "Linux" is all that the hints know of its distributions.
  if (os && os !== parsed.system && !(os === 'Linux' && DESKTOPS.has(parsed.system))) {
    return { os, ...(hinted && { osVersion: hinted }) }
  }
  const version = (os === undefined || os === 'Linux' ? undefined : hinted) ?? honestVersion(parsed)
  return { os: parsed.system, ...(version && { osVersion: version }) }
}

function honestVersion({ text, system, version, browserVersion }: Parsed): string | undefined {
  const frozen = FROZEN.get(system)
  if (frozen?.text.test(text)) return frozen.means
  const isSafari = system === 'iOS' && /Version\/\d/.test(text)
  if (isSafari && Number(browserVersion) >= SAFARI_WITH_SYSTEM_NUMBER) return browserVersion
  return /^\d+/.exec(version ?? '')?.[0] ?? version
}

function deviceOf(type: string | undefined, system: string, hints: Hints): string {
  const mobile = isMobile(hints)
  if (type === undefined || type === 'mobile' || type === 'tablet') {
    if (mobile) return 'mobile'
    // A tablet that asks for desktop pages says "Linux" in its text and the truth in its hints.
    if (mobile === false && platformOf(hints) === 'Android') return 'tablet'
  }
  if (type !== undefined) return DEVICES.get(type) ?? type
  return DESKTOPS.has(system) ? 'desktop' : UNKNOWN
}

/** Whether a beacon from it is refused; pixels follow their minter's rule. */
export function agentRefusal({ bot, absent }: Agent): Extract<Reason, 'bot' | 'no-agent'> | undefined {
  if (absent) return 'no-agent'
  return bot === undefined ? undefined : 'bot'
}
