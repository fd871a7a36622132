/**
 * Where visitors are: eight countries, each with its share, clock, language, cities and favourite devices. Addresses are of
 * networks that belong to nobody: 198.18.0.0/15 is for measuring (RFC 2544), 2001:db8::/32 for writing about (RFC 3849).
 */
import type { AgentName } from './agent'
import type { Chance, Weighted } from './chance'
import type { MmdbEntry } from './mmdb'

export interface City {
  region: string
  city: string
}

export interface Place {
  country: string
  /** Of all sessions, of 100. */
  share: number
  zone: string
  /** As a browser's Accept-Language says it. */
  languages: string
  /** The greater ones first. */
  cities: readonly City[]
  /** Who connects them. */
  network: string
  agents: Weighted<AgentName>
}

const city = (region: string, name: string): City => ({ region, city: name })

/** At desks and on couches, where half of all shopping is done. */
const EVEN: Weighted<AgentName> = [
  ['chromeWindows', 24],
  ['edgeWindows', 7],
  ['firefoxWindows', 4],
  ['chromeMac', 8],
  ['safariMac', 7],
  ['firefoxLinux', 2],
  ['iphone', 24],
  ['ipad', 3],
  ['android', 16],
  ['samsung', 5],
]
const APPLE: Weighted<AgentName> = [
  ['chromeWindows', 18],
  ['edgeWindows', 7],
  ['chromeMac', 9],
  ['safariMac', 11],
  ['firefoxWindows', 2],
  ['iphone', 38],
  ['ipad', 5],
  ['android', 8],
  ['samsung', 2],
]
const ANDROID: Weighted<AgentName> = [
  ['chromeWindows', 18],
  ['edgeWindows', 3],
  ['firefoxLinux', 2],
  ['chromeMac', 3],
  ['iphone', 6],
  ['android', 56],
  ['samsung', 12],
]

export const PLACES: readonly Place[] = [
  {
    country: 'US',
    share: 29,
    zone: 'America/New_York',
    languages: 'en-US,en;q=0.9',
    cities: [city('NY', 'New York'), city('MA', 'Boston'), city('GA', 'Atlanta')],
    network: 'Made-up Broadband',
    agents: APPLE,
  },
  {
    country: 'DE',
    share: 17,
    zone: 'Europe/Berlin',
    languages: 'de-DE,de;q=0.9,en;q=0.7',
    cities: [city('BE', 'Berlin'), city('HH', 'Hamburg'), city('BY', 'Munich')],
    network: 'Erfundene Telefon AG',
    agents: EVEN,
  },
  {
    country: 'GB',
    share: 13,
    zone: 'Europe/London',
    languages: 'en-GB,en;q=0.9',
    cities: [city('ENG', 'London'), city('SCT', 'Glasgow'), city('WLS', 'Cardiff')],
    network: 'Imaginary Telecom',
    agents: APPLE,
  },
  {
    country: 'SE',
    share: 12,
    zone: 'Europe/Stockholm',
    languages: 'sv-SE,sv;q=0.9,en;q=0.8',
    cities: [city('AB', 'Stockholm'), city('O', 'Gothenburg'), city('AC', 'Umeå')],
    network: 'Påhittat Nät',
    agents: APPLE,
  },
  {
    country: 'IN',
    share: 10,
    zone: 'Asia/Kolkata',
    languages: 'en-IN,en;q=0.9,hi;q=0.8',
    cities: [city('MH', 'Mumbai'), city('KA', 'Bengaluru'), city('DL', 'Delhi')],
    network: 'Kalpanik Mobile',
    agents: ANDROID,
  },
  {
    country: 'FR',
    share: 8,
    zone: 'Europe/Paris',
    languages: 'fr-FR,fr;q=0.9,en;q=0.6',
    cities: [city('IDF', 'Paris'), city('ARA', 'Lyon'), city('PAC', 'Marseille')],
    network: 'Réseau Imaginaire',
    agents: EVEN,
  },
  {
    country: 'BR',
    share: 6,
    zone: 'America/Sao_Paulo',
    languages: 'pt-BR,pt;q=0.9,en;q=0.6',
    cities: [city('SP', 'São Paulo'), city('RJ', 'Rio de Janeiro'), city('PR', 'Curitiba')],
    network: 'Rede Inventada',
    agents: ANDROID,
  },
  {
    country: 'JP',
    share: 5,
    zone: 'Asia/Tokyo',
    languages: 'ja-JP,ja;q=0.9,en;q=0.5',
    cities: [city('13', 'Tokyo'), city('27', 'Osaka'), city('01', 'Sapporo')],
    network: 'Kakū Tsūshin',
    agents: APPLE,
  },
]

/** Half of a country's people live in its first city. */
const CITY_WEIGHTS = [5, 3, 2]
/** Addresses of a city: a /20 of IPv4, and a /48 whose /64s are households. */
const V4_BITS = 20
const V4_SIZE = 2 ** (32 - V4_BITS)
const V4_START = 198 * 2 ** 24 + 18 * 2 ** 16
const V6_SHARE = 0.35

/** Each city's number, by which its networks are found. */
const CITIES = PLACES.flatMap((place) => place.cities.map((each) => ({ place, city: each })))

const v4Of = (number: number): string => [24, 16, 8, 0].map((bits) => (number >>> bits) & 255).join('.')
const hex = (number: number): string => number.toString(16)

/** A city of a place, and somebody's address in it. */
export function homeIn(place: Place, chance: Chance): { city: City; address: string } {
  const lives = chance.pick(place.cities.map((each, i) => [each, CITY_WEIGHTS[i]!] as const)) // As many as there are cities.
  const number = CITIES.findIndex((each) => each.city === lives)
  const address = chance.happens(V6_SHARE)
    ? `2001:db8:${hex(number)}:${hex(chance.whole(0, 0xffff))}::${hex(chance.whole(1, 0xffff))}`
    : v4Of(V4_START + number * V4_SIZE + chance.whole(1, V4_SIZE - 2))
  return { city: lives, address }
}

/** The same as a server's table of addresses. */
export const networks = (): MmdbEntry[] =>
  CITIES.flatMap(({ place: { country, network }, city: each }, number) => {
    const record = {
      country: { iso_code: country },
      subdivisions: [{ iso_code: each.region }],
      city: { names: { en: each.city } },
      autonomous_system_organization: network,
    }
    return [
      { network: `${v4Of(V4_START + number * V4_SIZE)}/${V4_BITS}`, record },
      { network: `2001:db8:${hex(number)}::/48`, record },
    ]
  })
