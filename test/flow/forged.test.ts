/** What nobody but the key's holder can make, and what anybody can try: on a whole server, by each way in. */
import { request } from 'node:http'
import nacl from 'tweetnacl'
import { describe, expect, test } from 'vitest'
import { decode, encode } from '../../sdk/wire/base64url'
import { mint, open, read } from '../../sdk/wire/envelope'
import { siblings } from '../faults/torsion'
import { CHROME, PageLoad, type SiteKey, send, siteKey } from '../visitor'
import { type Made, makeSite, statusOf, total } from './api'
import { startServer, type Server } from './server'

const PAGE = 'shop.example/a'
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
/** Envelopes in one POST. */
const MOST = 20
const EPOCH_AT = 1
const SITE_AT = 3
const EPK_AT = 7
const SEQ_AT = 39
const BOX_AT = 41
const BIT_255_AT = EPK_AT + 31

interface Scene {
  server: Server
  made: Made
  key: SiteKey
  other: Made
  otherKey: SiteKey
}

async function scene(settings: Record<string, unknown> = {}): Promise<Scene> {
  const server = await startServer()
  const made = await makeSite(server, settings)
  const other = await makeSite(server, settings)
  const [key, otherKey] = [await siteKey(server.origin, made.site), await siteKey(server.origin, other.site)]
  return { server, made, key, other, otherKey }
}

/** A pixel of type `sale`, as its owner mints it offline. */
function pixel(
  { made }: Pick<Scene, 'made'>,
  options: object = {},
  word: 'pixel' | 'server' | 'share' = 'pixel',
): string {
  const random = nacl.randomBytes(12)
  return mint(
    word,
    { epoch: 0, site: made.site, random },
    decode(made.keys.pixel)!,
    JSON.stringify([0, 0, 'sale', {}, {}, {}, options]),
  )
}

const changed = (text: string, change: (bytes: Buffer) => void): string => {
  const bytes = Buffer.from(decode(text)!)
  change(bytes)
  return encode(bytes)
}

const flips = (text: string): string[] =>
  Array.from({ length: decode(text)!.length * 8 }, (_, bit) =>
    changed(text, (bytes) => (bytes[bit >> 3]! ^= 1 << (bit & 7))),
  )

/** Of all types, at all sites. */
async function counted({ server, made, other }: Scene): Promise<number> {
  const sums = await Promise.all(
    [made.site, other.site].flatMap((site) =>
      ['pageview', 'sale'].map((type) => total(server, site, 'hits', [], { type })),
    ),
  )
  return sums.reduce((all, each) => all + each, 0)
}

async function post(server: Server, texts: string[]): Promise<void> {
  for (let i = 0; i < texts.length; i += MOST) expect(await send(server.origin, texts.slice(i, i + MOST))).toBe(204)
}

interface Answer {
  status: number
  headers: [string, string][]
  body: string
}

/** Byte for byte but the moment; without an agent where it is empty. */
function ask(server: Server, method: string, path: string, agent: string, body?: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const headers = { ...(agent && { 'user-agent': agent }), ...(body && { 'content-length': String(body.length) }) }
    request(`${server.origin}${path}`, { method, headers }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('end', () => {
        const pairs = response.rawHeaders.map((text, i, all) => [text, all[i + 1] ?? ''] as [string, string])
        const kept = pairs.filter(([name], i) => i % 2 === 0 && name.toLowerCase() !== 'date')
        resolve({ status: response.statusCode ?? 0, headers: kept, body: Buffer.concat(chunks).toString('hex') })
      })
    })
      .on('error', reject)
      .end(body)
  })
}

/** By each way in. */
const answers = async (server: Server, text: string, agent = CHROME) => ({
  get: await ask(server, 'GET', `/p/${text}`, agent),
  image: await ask(server, 'GET', `/p/${text}.gif`, agent),
  post: await ask(server, 'POST', '/p/', agent, text),
})

/** All that X25519 turns into zero, and their other spellings (https://cr.yp.to/ecdh.html#validate). */
const LOW_ORDER = [
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0100000000000000000000000000000000000000000000000000000000000000',
  'e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800',
  '5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'cdeb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b880',
  '4c9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f11d7',
  'd9ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff',
  'daffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff',
  'dbffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff',
]

/** The key of any box whose maker chose this point: the shared one is zero, whatever the secret. */
const keyOfAll = (point: Uint8Array): Uint8Array => nacl.box.before(point, new Uint8Array(32).fill(1))

/** Made without the site's key, as long as a genuine one. */
function keyless(genuine: string, hex: string): string {
  const point = Uint8Array.from(Buffer.from(hex, 'hex'))
  return changed(genuine, (bytes) => {
    bytes.set(point, EPK_AT)
    const nonce = new Uint8Array(24)
    nonce.set(bytes.subarray(0, EPK_AT))
    nonce.set(bytes.subarray(SEQ_AT, BOX_AT), 22)
    const view = JSON.stringify([Date.now(), PAGE, '', 1280, ['p', 0, 0, '', '']])
    const plain = Buffer.from(view.padEnd(bytes.length - BOX_AT - nacl.secretbox.overheadLength))
    bytes.set(nacl.secretbox(plain, nonce, keyOfAll(point)), BOX_AT)
  })
}

test('a box under a point of low order would open without the site’s key', async () => {
  const genuine = new PageLoad((await scene()).key).view(PAGE)
  const opened = LOW_ORDER.filter((hex) => {
    const envelope = read(keyless(genuine, hex))
    return envelope?.kind === 'beacon' && open(envelope, keyOfAll(envelope.epk)) !== undefined
  })
  // The others are refused for their spelling before anybody tries.
  expect(opened).toEqual(LOW_ORDER.slice(0, 5))
})

/** All that is tried on a genuine beacon and a genuine pixel, by name. */
function forgeries(scene: Scene): Record<string, string[]> {
  const { key, otherKey, made, other } = scene
  const beacon = (to: SiteKey = key) => new PageLoad(to).view(PAGE)
  const spaced = (text: string, between: string) => text.slice(0, 50) + between + text.slice(50)
  return {
    'a key of low order': LOW_ORDER.map((hex) => keyless(beacon(), hex)),
    'a key that is not canonical': Array.from({ length: 19 }, (_, i) =>
      changed(
        beacon(),
        (bytes) => bytes.fill(0xff, EPK_AT, EPK_AT + 32).set([0xed + i], EPK_AT) ?? bytes.set([0x7f], BIT_255_AT),
      ),
    ),
    'a key with bit 255': [changed(beacon(), (bytes) => (bytes[BIT_255_AT]! ^= 0x80))],
    'another kind in the header': [beacon(), pixel(scene)].flatMap((text) => {
      const own = decode(text)![0]! & 15
      const others = Array.from({ length: 16 }, (_, kind) => kind).filter((kind) => kind !== own)
      return others.map((kind) => changed(text, (bytes) => (bytes[0] = 0x10 | kind)))
    }),
    'another version': [0, 2, 3, 15].map((version) => changed(beacon(), (bytes) => (bytes[0] = (version << 4) | 1))),
    'a kind that is not counted, under the pixel key': (['server', 'share'] as const).map((word) =>
      pixel(scene, {}, word),
    ),
    'a pixel under the key of a beacon': [
      mint('pixel', { epoch: 0, site: made.site, random: nacl.randomBytes(12) }, key.key, '[0]'),
    ],
    'a beacon of another site': [
      changed(beacon(), (bytes) => bytes.writeUInt32BE(other.site, SITE_AT)),
      beacon({ ...key, key: otherKey.key }),
      beacon({ ...otherKey, key: key.key }),
    ],
    'a pixel of another site': [
      changed(pixel(scene), (bytes) => bytes.writeUInt32BE(other.site, SITE_AT)),
      pixel({ made: { ...made, keys: other.keys } }),
    ],
    'another epoch in the header': [-2, -1, 1, 2].flatMap((weeks) => [
      changed(beacon(), (bytes) => bytes.writeUInt16BE(key.epoch + weeks, EPOCH_AT)),
      changed(pixel(scene), (bytes) => bytes.writeUInt16BE(Math.abs(weeks), EPOCH_AT)),
    ]),
    'another seq in the header': [changed(beacon(), (bytes) => bytes.writeUInt16BE(2, SEQ_AT))],
    'another last character': [beacon(), pixel(scene)].flatMap((text) =>
      [...ALPHABET].map((last) => text.slice(0, -1) + last).filter((alias) => alias !== text),
    ),
    'another spelling': [beacon(), pixel(scene)].flatMap((text) => [
      ...['=', '==', '%3D', '.', '%20', '+', '%00', 'A'].map((end) => text + end),
      ...['%20', '%0A', '%09', '%0D', '=', '+', '%2F'].map((between) => spaced(text, between)),
      `%20${text}`,
      text.toLowerCase(),
    ]),
  }
}

test('counts nothing of what is forged, and answers it as what is genuine by each way in', {
  timeout: 60_000,
}, async () => {
  const all = await scene({ static: true })
  const { server, made, key } = all
  const good = await answers(server, new PageLoad(key).view(PAGE))
  expect(await counted(all)).toBe(1)
  expect(good.get).toMatchObject({ status: 204, body: '' })
  expect(good.post).toEqual(good.get)
  expect(good.image.status).toBe(200)
  expect(good.image.body).toHaveLength(43 * 2)
  for (const { headers } of Object.values(good))
    expect(headers.map(([name]) => name.toLowerCase())).not.toContain('set-cookie')
  expect(await answers(server, pixel(all))).toEqual(good)
  expect(await total(server, made.site, 'hits', [], { type: 'sale' })).toBe(3)

  const before = await counted(all)
  for (const [name, texts] of Object.entries(forgeries(all))) {
    for (const text of texts) expect([name, text, await answers(server, text)]).toEqual([name, text, good])
    expect([name, await counted(all)]).toEqual([name, before])
  }
})

describe.each([
  ['beacon', ({ key }: Scene) => new PageLoad(key).view(PAGE)],
  ['pixel', (all: Scene) => pixel(all)],
])('a %s', (_, make) => {
  test('counts nothing with any one bit changed, by POST or as a picture', { timeout: 60_000 }, async () => {
    const all = await scene({ static: true })
    const { server } = all
    const good = make(all)
    const texts = flips(good)
    await post(server, texts)
    for (const text of texts) await ask(server, 'GET', `/p/${text}.gif`, CHROME)
    expect(await counted(all)).toBe(0)
    await ask(server, 'GET', `/p/${good}.gif`, CHROME)
    expect(await counted(all)).toBe(1)
  })
})

test('counts an envelope once under all eight ephemeral keys that open it, at once or one by one', async () => {
  const all = await scene({ shards: 4 })
  const { server, key } = all
  const LOADS = 5
  for (let i = 0; i < LOADS; i++) {
    const text = new PageLoad(key).view(PAGE)
    const keys = siblings(decode(text)!.subarray(EPK_AT, EPK_AT + 32))
    expect(new Set(keys.map((epk) => encode(epk))).size).toBe(8)
    const faces = keys.map((epk) => changed(text, (bytes) => bytes.set(epk, EPK_AT)))
    if (i % 2) await post(server, faces)
    for (const face of faces) await post(server, [face])
  }
  expect(await counted(all)).toBe(LOADS)
  // Each of them opened: what was forged would be told.
  expect((await statusOf(server, all.made.site)).refusals).toEqual([])
})

const MAC = 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko)'
/** Who counts as whom: a beacon, a pixel, a pixel that refuses bots, and which browser the pixel names. */
test.each([
  ['a browser', CHROME, 1, 1, 1, 'Chrome'],
  [
    'Gmail’s',
    'Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)',
    1,
    1,
    1,
    'mail-proxy',
  ],
  ['Yahoo’s', 'YahooMailProxy; https://help.yahoo.com/kb/yahoo-mail-proxy-SLN28749.html', 1, 1, 1, 'mail-proxy'],
  ['Outlook’s', 'Outlook-iOS-ImageProxy/1.0', 1, 1, 1, 'mail-proxy'],
  ['Proton’s', 'ProtonMail-Image-Proxy/1.0', 1, 1, 1, 'mail-proxy'],
  ['curl', 'curl/8.5.0', 0, 1, 0, undefined],
  ['wget', 'Wget/1.21.4', 0, 1, 0, undefined],
  ['nobody', '', 0, 1, 1, 'unknown'],
  ['headless Chrome', `${MAC} HeadlessChrome/142.0.0.0 Safari/537.36`, 0, 1, 0, undefined],
  ['Googlebot', 'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)', 0, 1, 0, undefined],
])('%s is counted as it should be, and told nothing', async (_, agent, beacons, pixels, persons, browser) => {
  const all = await scene()
  const { server, made, key } = all
  const good = await answers(server, new PageLoad(key).view(PAGE))
  const read = (type: string, dimension: string[] = []) => total(server, made.site, 'hits', dimension, { type })

  expect(await answers(server, new PageLoad(key).view(PAGE), agent)).toEqual(good)
  expect(await read('pageview')).toBe(1 + beacons)
  expect(await ask(server, 'GET', `/p/${pixel(all)}.gif`, agent)).toEqual(good.image)
  expect(await read('sale')).toBe(pixels)
  expect(await ask(server, 'GET', `/p/${pixel(all, { refuseBots: true })}.gif`, agent)).toEqual(good.image)
  expect(await read('sale')).toBe(pixels + persons)
  if (browser) expect(await read('sale', ['browser', browser])).toBe(pixels + persons)
  if (browser === 'mail-proxy') expect(await read('sale', ['country', 'unknown'])).toBe(pixels + persons)
})
