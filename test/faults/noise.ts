/**
 * Requests that nobody should send, made by chance that can be had again: noise, and what was genuine until a byte of it
 * was changed. Every public route has its share, with every key and without; a good half of the words are known ones, so
 * that what is wrong is found behind the first check, too.
 */
import { decode, encode } from '../../sdk/wire/base64url'
import { mint } from '../../sdk/wire/envelope'
import type { Random } from '../random'
import { CHROME, PageLoad, type SiteKey } from '../visitor'

export interface Noise {
  method: string
  path: string
  headers: Record<string, string>
  body?: Buffer
}

/** A site that may come to harm. */
export interface Victim {
  site: number
  key: SiteKey
  /** Sealing key of its pixels, and the epoch that goes with it. */
  pixelKey: Uint8Array
  /** Bearer tokens, one of each kind. */
  tokens: readonly string[]
  /** A share's envelope. */
  share: string
}

const lines = (text: string): string[] => text.split('\n').flatMap((line) => line.trim() || [])
const words = (text: string): string[] => text.trim().split(/\s+/)

/** What is asked for most of the time by this method; else by any. */
const ROUTES = lines(`
  GET /p/TEXT
  GET /p/TEXT.gif
  GET /p/TEXT.gif?QUERY
  GET /b/SITE.js
  GET /b/WORD.js
  GET /WORD/TEXT
  GET /demo/WORD
  GET /
  GET /WORD
  GET /count?QUERY
  POST /count?QUERY
  GET /count_decision?QUERY
  GET /graph?QUERY
  GET /graph.svg?QUERY
  GET /graph.csv?QUERY
  GET /totals?QUERY
  GET /plotpoints?QUERY
  GET /dimensions?QUERY
  GET /rank?QUERY
  GET /decide?QUERY
  GET /experiments?QUERY
  GET /cube?QUERY
  POST /cube?QUERY
  GET /cube/dimensions?QUERY
  GET /cube/measures?QUERY
  GET /spy?QUERY
  GET /live?QUERY
  GET /tail?QUERY
  GET /status?QUERY
  GET /healthz?QUERY
  GET /login
  POST /login
  POST /api/logins
  POST /api/explain
  POST /reset?QUERY
  GET /api/sites
  POST /api/sites
  GET /api/sites/SITE
  PATCH /api/sites/SITE
  DELETE /api/sites/WORD
  GET /api/sites/SITE/pixels
  POST /api/sites/SITE/pixels
  DELETE /api/sites/SITE/pixels/TEXT
  GET /api/sites/SITE/shares
  POST /api/sites/SITE/shares
  DELETE /api/sites/SITE/shares/TEXT
`)
/** Every tenth is a beacon's, with many texts. */
const BEACONS = 'POST /p/'
const METHODS = words('GET POST PUT PATCH DELETE OPTIONS HEAD PROPFIND')
const QUESTION = words(`
  type pk dimension dimensions metric metrics where interval period from to tz tzoffset compare depth sort limit rest
  threshold width height title theme at
`)
const FIELDS = words(`
  id visitor agent address page referrer gauges by prefix query resolution startTs endTs measurements dimensionValues
  groupByDimensions name timezone origins static respect shards prefixes cross keep slots expires notBefore refuseBots code
  raw hours days options decision policy dollars order site
`)
const WORDS = [
  ...words(`
    _ 0 -1 1 7 1e308 -1e309 1e-320 NaN Infinity 0x10 4294967296 9007199254740993
    [] {} [[]] ["a"] ["a","b"] [["a"],["b"]] {"a":{"b":"c"}} {"a": [1, " ' ['a']
    hits a/b a/b/c max(x) max( hits:+ hits:_ bounce_rate visitors hits/visitors -hits dollars
    hour day 10s minute all 24h 30d day:30d 12mo 0d 99999d 2026-01-01..2026-01-31 2026-13-45..x 275760-09-13 1970-01-01
    UTC Europe/Stockholm Asia/Kolkata Mars/Olympus week previous
    pageview request.* a.b.c.d.e.f.g.h.i . .. ... * … page country constructor __proto__ toString all 1,2,3
    {"not":{"all":[]}} {"metric":{"dollars":{"gt":10}}} {"exists":"a"} {"in":[]} {"hits":"SUM"}
    \u{1f327} é 日本 % %zz <script> ::1 1.2.3.4
  `),
  '',
  '\u0000',
  '\ud800',
  '\n',
  ' ',
  "'; DROP TABLE cell; --",
  'x'.repeat(3_000),
]
/** What a field may well say, so that the others are looked at. */
const APT: Record<string, string[]> = {
  type: words('pageview request sale _ request.*'),
  metric: words('hits dollars dollars/hits hits:+ max(dollars) bounce_rate visitors hits,dollars daily_visitors'),
  dimension: words('page country ["page"] ["country","SE"] _'),
  interval: words('10s minute hour day week month quarter year all'),
  period: words('today yesterday 24h 7d 30d 90d 12mo all wtd qtd 1h'),
  tz: words('UTC Europe/Stockholm America/New_York'),
  compare: words('week month year previous'),
  depth: words('0 1 2 8'),
  sort: words('hits -hits -dollars'),
  limit: words('1 5 100 1000'),
  threshold: words('0.1 0 1'),
  where: words('{"country":"SE"} {"not":{"country":"SE"}} {"metric":{"dollars":{"gt":1}}} {"any":[]}'),
  at: [String(Date.now()), '2026-01-01'],
  dimensions: words('{"country":"SE"} {"a":{"b":"c"}} ["x","y"]'),
  metrics: words('{"dollars":3} ["clicks"] {"hits":2}'),
}
const AGENTS = [CHROME, CHROME, '', 'curl/8.5.0', '\u00ff\u00fe', `Mozilla/5.0 (${'Linux; '.repeat(900)})`]
const HEADERS = words(`
  origin referer cookie accept-language content-type x-forwarded-for sec-purpose sec-fetch-dest sec-fetch-site sec-ch-ua
  sec-ch-ua-platform-version if-none-match range accept-encoding dnt
`)
const MOST_TEXTS = 24
const MOST_BYTES = 300

type Json = unknown

/** `at` is the moment that what is sealed may name. */
export class NoiseMaker {
  private readonly random: Random
  private readonly victim: Victim
  private load: PageLoad

  constructor(random: Random, victim: Victim) {
    this.random = random
    this.victim = victim
    this.load = new PageLoad(victim.key)
  }

  next(): Noise {
    const { random } = this
    const [usual, route] = (random.chance(0.1) ? BEACONS : random.pick(ROUTES)).split(' ') as [string, string]
    const path = route.replace(/SITE|WORD|TEXT|QUERY/g, (word) => this.part(word))
    const method = random.chance(0.85) ? usual : random.pick(METHODS)
    // The site must stay: of one that is gone all is said with a 404.
    if (method === 'DELETE' && path === `/api/sites/${this.victim.site}`) return this.next()
    if (method === 'GET' || method === 'HEAD') return { method, path, headers: this.headers() }
    const body = this.body(path)
    return { method, path, headers: { ...this.headers(), 'content-length': String(body.length) }, body }
  }

  private part(word: string): string {
    const { random } = this
    if (word === 'SITE') return random.chance(0.9) ? String(this.victim.site) : escaped(this.word())
    if (word === 'WORD') return escaped(this.word())
    if (word === 'TEXT')
      return random.chance(0.8)
        ? this.text()
        : this.bytes(60)
            .toString('latin1')
            .replace(/[^!-~]/g, '%')
    const names = Array.from({ length: random.whole(0, 5) }, () => this.field())
    const site = random.chance(0.8) ? [`site=${this.victim.site}`] : []
    const share = random.chance(0.1) ? [`share=${this.mutated(this.victim.share)}`] : []
    return [...site, ...share, ...names.map((name) => `${name}=${escaped(this.value(name))}`)].join('&')
  }

  private field(): string {
    return this.random.pick(this.random.chance(0.6) ? QUESTION : FIELDS)
  }

  private value(name: string): string {
    const apt = APT[name]
    if (apt && this.random.chance(0.7)) return this.random.pick(apt)
    return this.random.chance(0.7) ? this.word() : JSON.stringify(this.json(2))
  }

  private word(): string {
    return this.random.chance(0.9) ? this.random.pick(WORDS) : this.bytes(20).toString('latin1')
  }

  private bytes(most: number): Buffer {
    return Buffer.from(Array.from({ length: this.random.whole(0, most) }, () => this.random.whole(0, 255)))
  }

  /** What stands where an envelope should. */
  private text(): string {
    const { random } = this
    const kind = random.next()
    if (kind < 0.2) return encode(this.bytes(MOST_BYTES))
    if (kind < 0.3) return this.headed()
    if (kind < 0.5) return this.sealed()
    if (kind < 0.6) return this.minted()
    return this.mutated(random.pick([() => this.sealed(), () => this.minted(), () => this.victim.share])())
  }

  /** Noise behind a header of this site. */
  private headed(): string {
    const bytes = Buffer.concat([Buffer.alloc(7), this.bytes(MOST_BYTES)])
    bytes[0] = 0x10 + this.random.whole(0, 5)
    bytes.writeUInt16BE(this.random.chance(0.5) ? this.victim.key.epoch : this.random.whole(0, 65_535), 1)
    bytes.writeUInt32BE(this.victim.site, 3)
    return encode(bytes)
  }

  /** Truly sealed, with anything inside. */
  private sealed(): string {
    if (this.random.chance(0.05)) this.load = new PageLoad(this.victim.key)
    const sayings = Array.from({ length: this.random.whole(0, 4) }, () => [
      this.random.pick(['p', 'e', 'd', 'o', 'c', 'x', 'r', '?', 'constructor']),
      ...this.list(2),
    ])
    const head = this.random.chance(0.7) ? [Date.now(), 'shop.example/a', this.word(), 1280] : this.list(2)
    return this.load.seal([...head, ...sayings])
  }

  private minted(): string {
    const random = Uint8Array.from({ length: 12 }, () => this.random.whole(0, 255))
    const content = this.random.chance(0.7)
      ? [
          0,
          0,
          this.word(),
          this.json(3),
          this.numbers(),
          { dollars: [0, 9], order: 1, [this.word()]: this.json(2) },
          {},
        ]
      : this.list(3)
    return mint('pixel', { epoch: 0, site: this.victim.site, random }, this.victim.pixelKey, JSON.stringify(content))
  }

  /** A genuine text with something of it changed, left out, doubled or put in. */
  private mutated(text: string): string {
    const { random } = this
    const bytes = Buffer.from(decode(text) ?? [])
    const at = random.whole(0, Math.max(0, bytes.length - 1))
    const cut = random.whole(0, text.length)
    switch (random.whole(0, 5)) {
      case 0:
        bytes[at]! ^= 1 << random.whole(0, 7)
        return encode(bytes)
      case 1:
        return encode(bytes.subarray(0, at))
      case 2:
        return encode(Buffer.concat([bytes, this.bytes(40)]))
      case 3:
        return text.slice(0, cut) + text.slice(cut + 1)
      case 4:
        return `${text.slice(0, cut)}${random.pick(['=', '%20', '+', '.', 'A', '%0A', '%00', '.gif'])}${text.slice(cut)}`
      default:
        return text + text
    }
  }

  private numbers(): Record<string, Json> {
    return { [this.word()]: this.random.next() * 100, hits: this.random.whole(-5, 5) }
  }

  private list(depth: number): Json[] {
    return Array.from({ length: this.random.whole(0, 5) }, () => this.json(depth))
  }

  private json(depth: number): Json {
    const { random } = this
    const kind = random.whole(0, depth > 0 ? 7 : 4)
    if (kind < 2) return this.word()
    if (kind === 2) return random.pick([0, -1, 1, 1.5, 1e308, -1e308, 5e-324, Date.now(), Date.now() - 9e9, 2 ** 53])
    if (kind === 3) return random.pick([null, true, false])
    if (kind === 4) return this.field()
    if (kind === 5) return this.list(depth - 1)
    const names = Array.from({ length: random.whole(0, 4) }, () =>
      random.chance(0.7) ? random.pick(FIELDS) : this.word(),
    )
    return Object.fromEntries(names.map((name) => [name, this.json(depth - 1)]))
  }

  private body(path: string): Buffer {
    const { random } = this
    if (path.startsWith('/p/')) {
      const texts = Array.from({ length: random.whole(0, MOST_TEXTS) }, () => this.text())
      return random.chance(0.9) ? Buffer.from(texts.join('\n')) : this.bytes(2_000)
    }
    const kind = random.next()
    if (kind < 0.1) return this.bytes(400)
    if (kind < 0.2) return Buffer.from(Array.from({ length: 5 }, () => JSON.stringify(this.json(3))).join('\n'))
    const json = JSON.stringify(this.json(4))
    return Buffer.from(random.chance(0.1) ? json.slice(0, random.whole(0, json.length)) : json)
  }

  private headers(): Record<string, string> {
    const { random } = this
    const token = random.chance(0.92) ? random.pick(this.victim.tokens) : header(this.word())
    const others = Array.from({ length: random.whole(0, 3) }, () => [random.pick(HEADERS), header(this.word())])
    return {
      'user-agent': header(random.pick(AGENTS)),
      ...(random.chance(0.9) && { authorization: `Bearer ${token}` }),
      ...Object.fromEntries(others),
    }
  }
}

/** A lone surrogate can't be encoded, but its bytes can be sent. */
const escaped = (text: string): string => (text.isWellFormed() ? encodeURIComponent(text) : '%ED%A0%80')

/** What HTTP lets stand in a header. */
const header = (text: string): string => text.replace(/[^\t\x20-\x7e\x80-\xff]/g, '?')
