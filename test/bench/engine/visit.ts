/** Who visits the shop, from where, with what and brought by whom: as lopsided as it is in life, and drawn by chance. */
import type { Facts } from '../../../worker/ingest/facts'
import { type Chance, zipf } from './chance'

const COUNTRIES = ['US', 'DE', 'GB', 'FR', 'SE', 'IN', 'BR', 'JP']
const BROWSERS = ['Chrome', 'Safari', 'Edge', 'Firefox', 'Samsung Internet', 'Opera']
const SYSTEMS = ['Windows', 'iOS', 'Android', 'macOS', 'Linux']
const DEVICES = ['desktop', 'mobile', 'tablet']
const LANGUAGES = ['en', 'de', 'fr', 'sv', 'hi', 'pt', 'ja', 'es', 'nl', 'it', 'pl', 'da']
const HOSTS = ['www.google.com', 'www.bing.com', 'duckduckgo.com', 'm.facebook.com', 'www.instagram.com', 't.co']
const SOURCES = [...HOSTS, ...Array.from({ length: 14 }, (_, i) => `blog${i}.example`)]
const REGIONS = 5
const CITIES = 4
const NETWORKS = 12
const VERSIONS = 3
const PAGES = 200
/** The share of sessions that nobody's link brought, and of those that a campaign did. */
const DIRECT = 0.3
const CAMPAIGNS = 0.1

export interface Visit {
  facts: Facts
  /** As a beacon tells it: host and path, then what the entry page's query says of a campaign. */
  referrer: string
}

/** A source of visits, and one of pages' paths. */
export function visitsOf(chance: Chance): { visit(): Visit; page(): string } {
  const from = (list: readonly string[]) => {
    const draw = zipf(chance, list.length)
    return () => list[draw()]!
  }
  const numbered = (count: number) => {
    const draw = zipf(chance, count)
    return (name: string) => `${name}${draw()}`
  }
  const [country, browser, os, device] = [from(COUNTRIES), from(BROWSERS), from(SYSTEMS), from(DEVICES)]
  const [language, source] = [from(LANGUAGES), from(SOURCES)]
  const [region, city, network] = [numbered(REGIONS), numbered(CITIES), numbered(NETWORKS)]
  const [version, page, word] = [numbered(VERSIONS), numbered(PAGES), numbered(4)]

  const geo = () => {
    const land = country()
    const part = region(land)
    return { country: land, region: part, city: city(`${part} city `), network: network(`${land} net `) }
  }
  const agent = () => ({
    browser: browser(),
    browserVersion: version('14'),
    os: os(),
    osVersion: version('1'),
    device: device(),
  })
  const campaign = () => `?utm_source=${word('mail')}&utm_medium=${word('way')}&utm_campaign=${word('sale')}`
  return {
    page: () => `/${page('products/')}`,
    visit: () => ({
      facts: { agent: agent(), geo: geo(), language: language() },
      referrer: (chance() < DIRECT ? '' : `${source()}/`) + (chance() < CAMPAIGNS ? campaign() : ''),
    }),
  }
}
