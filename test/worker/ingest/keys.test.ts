import { createHmac } from 'node:crypto'
import nacl from 'tweetnacl'
import { describe, expect, test } from 'vitest'
import { encode } from '../../../sdk/wire/base64url'
import { Bounded } from '../../../worker/ingest/bounded'
import { isToken, Keys, parseMaster, readToken } from '../../../worker/ingest/keys'
import { MASTER } from './sealed'

const secret = (byte: number) => encode(new Uint8Array(32).fill(byte))

describe('the text of master keys', () => {
  test.each([
    ['one key', `0:${secret(1)}`, [0]],
    ['a key a line', `0:${secret(1)}\n1:${secret(2)}\n`, [0, 1]],
    ['keys between commas', `3:${secret(1)}, 0:${secret(2)}`, [3, 0]],
    ['comments and empty lines', `# made on Tuesday, 0:nonsense\n\n2:${secret(1)} # the newest\r\n`, [2]],
  ])('may be %s', (_, text, kids) => {
    const master = parseMaster(text)
    expect(master).toBeInstanceOf(Map)
    expect([...(master as Map<number, Uint8Array>).keys()]).toEqual(kids)
  })

  test.each([
    ['empty', '', 'no master key is given'],
    ['only comments', '# nothing', 'no master key is given'],
    ['without kid', secret(1), 'master key 1 of 1: must read <kid>:<32 bytes in base64url>'],
    ['of a fifth kid', `4:${secret(1)}`, 'master key 1 of 1: kid must be 0 to 3'],
    ['of one kid twice', `1:${secret(1)},1:${secret(2)}`, 'master key 2 of 2: kid 1 is given twice'],
    ['too short', '0:AAAA', 'master key 1 of 1: must be 32 bytes in base64url without padding'],
    ['cut', `0:${secret(1).slice(0, -1)}`, 'master key 1 of 1: must be 32 bytes in base64url without padding'],
    ['padded', `0:${secret(1)}=`, 'master key 1 of 1: must read <kid>:<32 bytes in base64url>'],
  ])('names the problem where it is %s', (_, text, problem) => {
    expect(parseMaster(text)).toEqual({ problem })
  })

  test('never repeats a key in a problem', () => {
    expect(JSON.stringify(parseMaster(`9:${secret(1)}`))).not.toContain(secret(1).slice(0, 8))
  })
})

describe('keys', () => {
  const keys = new Keys(MASTER)

  test.each([
    [0, 3000],
    [2, (2 << 14) | 3000],
  ])('are HMAC-SHA256 of master %i and the label in decimal', async (kid, epoch) => {
    const expected = createHmac('sha256', MASTER.get(kid)!).update(`graupel1/beacon/4294967295/${epoch}`).digest()
    expect(encode((await keys.derive('beacon', 4294967295, epoch))!)).toBe(encode(expected))
  })

  test('are none under a master that is not here', async () => {
    expect(await keys.derive('beacon', 1, 1 << 14)).toBeUndefined()
    expect(await keys.publicKey(1, 1 << 14)).toBeUndefined()
    expect(keys.has(1)).toBe(false)
  })

  test('differ by kind, site and epoch', async () => {
    const made = [
      await keys.derive('beacon', 1, 5),
      await keys.derive('pixel', 1, 5),
      await keys.derive('beacon', 2, 5),
      await keys.derive('beacon', 1, 6),
    ]
    expect(new Set(made.map((key) => encode(key!))).size).toBe(4)
  })

  test('are made once', async () => {
    expect(await keys.derive('share', 1, 5)).toBe(await keys.derive('share', 1, 5))
  })

  test('have the public half that opens what it sealed', async () => {
    const secretKey = (await keys.derive('beacon', 1, 5))!
    expect(await keys.publicKey(1, 5)).toEqual(nacl.box.keyPair.fromSecretKey(secretKey).publicKey)
  })

  test('are made under the master listed last', () => {
    expect(keys.newest).toBe(2)
    expect(new Keys(new Map([...MASTER].reverse())).newest).toBe(0)
  })
})

describe('a bearer key', () => {
  const keys = new Keys(MASTER)

  test('says what it is for and which site it is of', async () => {
    const token = await keys.token('write', 77, 1)
    expect(token).toMatch(/^gw_77_[\w-]{43}$/)
    expect(readToken(token)).toEqual({ word: 'write', site: 77 })
    expect(readToken(await keys.token('read', 78, 1))).toEqual({ word: 'read', site: 78 })
  })

  test('is recognized under every master, and only as itself', async () => {
    const old = await keys.token('write', 77, 1, 0)
    expect(await keys.recognizes(old, 'write', 77, 1)).toBe(true)
    expect(await keys.recognizes(await keys.token('write', 77, 1), 'write', 77, 1)).toBe(true)
    expect(await keys.recognizes(old, 'read', 77, 1)).toBe(false)
    expect(await keys.recognizes(old, 'write', 78, 1)).toBe(false)
    expect(await keys.recognizes(old, 'write', 77, 2)).toBe(false)
  })

  test.each(['', 'gw_77_', 'gx_77_A', `gw_x_${secret(1)}`, `gw_7_${secret(1)}A`])('is not %s', (text) => {
    expect(readToken(text)).toBeUndefined()
  })

  test.each([
    ['abc', 'abc', true],
    ['abc', 'abd', false],
    ['abc', 'abcd', false],
    ['', '', true],
    ['é', 'e', false],
  ])('%s is %s: %s', (text, expected, answer) => {
    expect(isToken(text, expected)).toBe(answer)
  })
})

describe('a bounded map', () => {
  test('forgets what was longest unused', () => {
    const map = new Bounded<number>(2)
    map.set('a', 1)
    map.set('b', 2)
    map.get('a')
    map.set('c', 3)
    expect([map.get('a'), map.get('b'), map.get('c'), map.size]).toEqual([1, undefined, 3, 2])
  })
})
