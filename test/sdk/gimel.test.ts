import { createHash } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { Experiment } from '../../sdk/experiment'
import { gimel, type GimelOptions } from '../../sdk/gimel'

let asked: URL[]
/** The status of each answer to come, or none at all; the last one stays. */
let answers: (number | undefined)[]
let storage: Record<string, string>

beforeEach(() => {
  asked = []
  answers = [200]
  storage = {}
  vi.stubGlobal('localStorage', storage)
  vi.stubGlobal('fetch', async (url: string) => {
    asked.push(new URL(url))
    const status = answers.length > 1 ? answers.shift() : answers[0]
    if (status === undefined) throw new TypeError('Failed to fetch')
    return new Response(null, { status })
  })
})
afterEach(() => vi.unstubAllGlobals())

const URL_OF_TRACK = 'https://count.example/gimel/7/track'
const settled = () => new Promise((resolve) => setTimeout(resolve, 5))
const sha1 = (text: string) => createHash('sha1').update(text).digest('hex')
const waiting = () => Object.keys(storage).filter((name) => name.startsWith('graupel-gimel '))

async function run(user_id?: string, options?: GimelOptions) {
  const kept = new Map<string, unknown>()
  const storage_adapter = {
    get: (key: string) => kept.get(key),
    set: (key: string, value: unknown) => kept.set(key, value),
  }
  const made = new Experiment(
    { name: 'button', variants: { red: {} }, storage_adapter, ...(user_id !== undefined && { user_id }) },
    { storage: storage_adapter, tracking: gimel(URL_OF_TRACK, options), isSilent: false },
  )
  made.goal_complete('signup')
  made.goal_complete('click', { unique: false })
  made.goal_complete('click', { unique: false })
  await settled()
}
const told = () => asked.map(({ searchParams }) => Object.fromEntries(searchParams))

describe('a call', () => {
  test('has Gimel’s five words', async () => {
    await run()
    expect(asked[0]!.origin + asked[0]!.pathname).toBe(URL_OF_TRACK)
    expect(told()).toEqual(
      ['participate', 'signup', 'click', 'click'].map((event) => ({
        experiment: 'button',
        variant: 'red',
        event,
        namespace: 'alephbet',
        uuid: expect.stringMatching(/^[0-9a-f]{32}$/),
      })),
    )
    expect(new Set(told().map(({ uuid }) => uuid)).size).toBe(4)
  })

  test('of a user has the uuid that Gimel’s adapter gives, and a new one where it counts each time', async () => {
    await run('42', { namespace: 'shop' })
    const uuid = sha1('shop.button.42')
    expect(told().map((each) => [each.event, each.uuid === uuid, each.namespace])).toEqual([
      ['participate', true, 'shop'],
      ['signup', true, 'shop'],
      ['click', false, 'shop'],
      ['click', false, 'shop'],
    ])
  })

  test('may have one for each goal, as the other adapters do', async () => {
    await run('42', { isPerGoal: true })
    expect(
      told()
        .slice(0, 2)
        .map(({ uuid }) => uuid),
    ).toEqual(['participate', 'signup'].map((goal) => sha1(`alephbet.button.${goal}.42`)))
  })

  test('keeps what stands in its address', async () => {
    gimel('https://count.example/track?site=7').experiment_start({ name: 'a' } as Experiment, 'b')
    await settled()
    expect(told()[0]).toMatchObject({ site: '7', experiment: 'a', variant: 'b' })
  })
})

describe('the queue', () => {
  test('is empty once all was answered with 200', async () => {
    await run()
    expect(waiting()).toEqual([])
  })

  test.each([[undefined], [500], [204], [403]])(
    'holds what was answered with %s, for the next page, with the same uuid',
    async (status) => {
      answers = [status]
      await run()
      expect(waiting()).toHaveLength(4)
      const before = told()
      asked = []
      answers = [200]
      gimel(URL_OF_TRACK)
      await settled()
      expect(told()).toEqual(expect.arrayContaining(before.slice(0, 4)))
      expect(waiting()).toEqual([])
    },
  )

  test('holds a hundred, and lets go of the oldest', async () => {
    answers = [undefined]
    const adapter = gimel(URL_OF_TRACK)
    vi.useFakeTimers()
    for (let n = 0; n < 120; n++) {
      vi.setSystemTime(1_800_000_000_000 + n)
      adapter.goal_complete({ name: `e${n}` } as Experiment, 'a', 'g', {})
    }
    vi.useRealTimers()
    await settled()
    const names = waiting()
      .toSorted()
      .map((name) => new URL(storage[name]!).searchParams.get('experiment'))
    expect(names).toEqual(Array.from({ length: 100 }, (_, i) => `e${20 + i}`))
  })

  test('is memory where storage is refused', async () => {
    vi.stubGlobal('localStorage', undefined)
    answers = [500]
    const adapter = gimel(URL_OF_TRACK)
    adapter.goal_complete({ name: 'memory' } as Experiment, 'a', 'g', {})
    await settled()
    answers = [200]
    adapter.goal_complete({ name: 'next' } as Experiment, 'a', 'g', {})
    await settled()
    expect(told().map(({ experiment }) => experiment)).toEqual(['memory', 'memory', 'next'])
  })
})

test.each([
  ['Global Privacy Control', { globalPrivacyControl: true }, {}],
  ['Do Not Track', { doNotTrack: '1' }, {}],
  ['his own word', {}, { 'graupel-off': '1' }],
])('says nothing of a visitor who asked for that by %s', async (_, navigator, kept) => {
  vi.stubGlobal('navigator', navigator)
  vi.stubGlobal('localStorage', kept)
  await run('42')
  expect(asked).toEqual([])
})
