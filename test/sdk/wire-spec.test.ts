import { execFileSync, spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import nacl from 'tweetnacl'
import { describe, expect, test } from 'vitest'
import { type Pair, pair, pairNow } from '../../sdk/seal/pair'
import { seal } from '../../sdk/seal/seal'
import { tell } from '../../sdk/tag'
import { decode, encode } from '../../sdk/wire/base64url'
import { configOf } from '../../sdk/wire/config'
import { boxKey, KINDS, type Kind, mint, open, PADDING, publicKey, read } from '../../sdk/wire/envelope'
import { FLAG } from '../../sdk/wire/event'
import { readPixel, readPlaintext, readShare } from '../../sdk/wire/plaintext'
import { Keys } from '../../worker/ingest/keys'
import { refusals } from '../../worker/ingest/refusal'
import vectors from '../vectors/wire.json'

const spec = readFileSync(join(import.meta.dirname, '../../sdk/wire/README.md'), 'utf8')
const hex = (text: string) => Uint8Array.from(Buffer.from(text, 'hex'))
const toHex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')
const masters = new Map(Object.entries(vectors.masters).map(([kid, key]) => [Number(kid), hex(key)]))

describe.each(vectors.beacons)('the beacon of the vectors, $about', (vector) => {
  test('has the key that the deployment derives', async () => {
    expect(vector.label).toBe(`graupel1/beacon/${vector.site}/${vector.epoch}`)
    const secret = await new Keys(masters).derive('beacon', vector.site, vector.epoch)
    expect(toHex(secret!)).toBe(vector.secret)
    expect(encode(publicKey(secret!))).toBe(vector.public)
  })

  test('is what tweetnacl alone makes of it', () => {
    const plain = new TextEncoder().encode(vector.plaintext)
    const padded = new Uint8Array(Math.ceil(plain.length / 32) * 32).fill(32)
    padded.set(plain)
    const box = nacl.box(padded, hex(vector.nonce), decode(vector.public)!, hex(vector.ephemeralSecret))
    const seq = Uint8Array.of(vector.seq >> 8, vector.seq)
    const clear = [...hex(vector.nonce).subarray(0, 7), ...hex(vector.epk), ...seq]
    expect(encode(Uint8Array.of(...clear, ...box))).toBe(vector.envelope)
  })

  test('is what a browser seals', () => {
    const { site, epoch } = vector
    tell(configOf({ site, epoch, key: decode(vector.public)! }, { written: 0 }), {}, '')
    pairNow(new BigUint64Array(hex(vector.ephemeralSecret).buffer))
    ;(pair as Pair).seq = vector.seq - 1 // Just made.
    expect(seal(vector.plaintext)).toBe(vector.envelope)
  })

  test('is read and opened', () => {
    const envelope = read(vector.envelope)
    expect(envelope).toMatchObject({ kind: 'beacon', site: vector.site, epoch: vector.epoch, seq: vector.seq })
    if (envelope?.kind !== 'beacon') throw new Error('no beacon')
    expect(toHex(envelope.epk)).toBe(vector.epk)
    expect(toHex(envelope.nonce)).toBe(vector.nonce)
    const text = open(envelope, boxKey(nacl.scalarMult(hex(vector.secret), envelope.epk))!)
    expect(text?.trimEnd()).toBe(vector.plaintext)
    expect(readPlaintext(text!)?.ts).toBe(JSON.parse(vector.plaintext)[0])
  })
})

describe.each(vectors.boxes)('the vectors’ $kind, $about', (vector) => {
  const kind = vector.kind as 'pixel' | 'share'

  test('has the key that the deployment derives', async () => {
    expect(vector.label).toBe(`graupel1/${kind}/${vector.site}/${vector.epoch}`)
    expect(toHex((await new Keys(masters).derive(kind, vector.site, vector.epoch))!)).toBe(vector.key)
  })

  test('is minted byte for byte', () => {
    const { site, epoch } = vector
    expect(mint(kind, { epoch, site, random: hex(vector.random) }, hex(vector.key), vector.plaintext)).toBe(
      vector.envelope,
    )
  })

  test('is read, opened and understood', () => {
    const envelope = read(vector.envelope)!
    expect(envelope).toMatchObject({ kind, site: vector.site, epoch: vector.epoch, random: hex(vector.random) })
    expect(toHex(envelope.nonce)).toBe(vector.nonce)
    const text = open(envelope, hex(vector.key))!
    expect(text.trimEnd()).toBe(vector.plaintext)
    expect(kind === 'pixel' ? readPixel(text) : readShare(text)).toBeDefined()
  })
})

describe('what the vectors refuse', () => {
  test.each(vectors.refused)('is not read: $about', ({ text }) => {
    expect(read(text)).toBeUndefined()
  })

  test('of low order, opens for everyone where the shared secret is not looked at, and for nobody here', () => {
    const envelope = read(vectors.lowOrder)!
    if (envelope.kind !== 'beacon') throw new Error('no beacon')
    const bytes = decode(vectors.lowOrder)!
    expect(nacl.box.open(bytes.subarray(41), envelope.nonce, envelope.epk, nacl.randomBytes(32))).not.toBeNull()
    expect(boxKey(nacl.scalarMult(nacl.randomBytes(32), envelope.epk))).toBeUndefined()
  })
})

describe('the specification', () => {
  test.each(Object.keys(KINDS) as Kind[])('names the kind %s with its number', (kind) => {
    const bold = new RegExp(`Kind ${KINDS[kind]}, a \\*\\*${kind}\\*\\*|${KINDS[kind]} \\*\\*${kind}\\*\\*`)
    expect(spec).toMatch(bold)
  })

  test.each(Object.values(FLAG))('names the flag %d', (flag) => {
    expect(spec).toMatch(new RegExp(`\\| ${flag} \\| `))
  })

  test.each([
    ['p', 1],
    ['e', 1, 2],
    ['d', 'shop.example/a.pdf'],
    ['o', 'other.example/'],
    ['c', {}, {}, '_'],
    ['l', 3],
  ])('names the saying %s, which is read', (code, ...items) => {
    expect(spec).toMatch(new RegExp(`\\| \`\\["${code}", `))
    const text = JSON.stringify([1, 'shop.example/', '', 0, [code, ...items]])
    expect(readPlaintext(text)?.sayings).toEqual([[code, ...items]])
  })

  test('names the paddings', () => {
    expect(spec).toContain(`multiple of ${PADDING.beacon} bytes for kind 1, of ${PADDING.pixel} for the others`)
  })

  test('names every option of a pixel', () => {
    const source = readFileSync(join(import.meta.dirname, '../../sdk/wire/plaintext.ts'), 'utf8')
    const members = source.split('export interface PixelOptions {')[1]!.split('\n}')[0]!
    const options = [...members.matchAll(/^ {2}(\w+)\?:/gm)].map(([, option]) => option!)
    expect(options).toContain('cap')
    expect(options.filter((option) => !spec.includes(`| \`${option}\` |`))).toEqual([])
  })

  test('names only reasons that are counted', () => {
    const table = spec.slice(spec.indexOf('## Refusals'), spec.indexOf('Ids are remembered'))
    const named = [...table.matchAll(/`([a-z-]+)`(?=[^|]*\|\n)/g)].map(([, reason]) => reason!)
    expect(named.filter((reason) => !(reason in refusals) && reason !== 'notBefore')).toEqual([])
    expect(named).toContain('forged')
  })
})

/** The samples run where their language is at hand, and mint the very bytes of the vectors. */
describe('a sample', () => {
  const sample = (language: string) => spec.split(`\`\`\`${language}\n`)[1]!.split('```')[0]!
  const pixels = vectors.boxes.filter(({ kind }) => kind === 'pixel')
  const envelopes = pixels.map(({ envelope }) => envelope)
  const has = (command: string, ...args: string[]) => spawnSync(command, args).status === 0

  test.skipIf(!has('python3', '-c', 'import nacl.secret'))('in Python mints a pixel', () => {
    const calls = pixels.map(
      ({ site, key, plaintext, epoch, random }) =>
        `print(mint(${site}, bytes.fromhex('${key}'), json.loads('${plaintext}'), ${epoch}, bytes.fromhex('${random}')))`,
    )
    const printed = execFileSync('python3', ['-c', [sample('python'), ...calls].join('\n')]).toString()
    expect(printed.trim().split('\n')).toEqual(envelopes)
  })

  test.skipIf(!has('php', '-r', 'exit(function_exists("sodium_crypto_secretbox") ? 0 : 1);'))(
    'in PHP mints a pixel',
    () => {
      const calls = pixels.map(
        ({ site, key, plaintext, epoch, random }) =>
          `echo mint(${site}, hex2bin('${key}'), json_decode('${plaintext}'), ${epoch}, hex2bin('${random}')), "\\n";`,
      )
      const code = [sample('php').replace('<?php', ''), ...calls].join('\n')
      expect(execFileSync('php', ['-r', code]).toString().trim().split('\n')).toEqual(envelopes)
    },
  )
})
