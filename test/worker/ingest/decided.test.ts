import { describe, expect, test } from 'vitest'
import type { Saying } from '../../../sdk/wire/event'
import { noteOf, type Said, timeOfOwn } from '../../../worker/ingest/decided'
import { eventsOf } from '../../../worker/ingest/events'
import { Keys } from '../../../worker/ingest/keys'
import { sealToken } from '../../../worker/ingest/token'
import { MASTER } from './sealed'

const keys = new Keys(MASTER)
const SITE = { site: 7, allow: { earned: { least: 0, most: 100 } } }
const AT = Date.UTC(2026, 10, 26, 4, 5, 6)
const TOKEN = { number: 3, version: 7, at: AT, propensities: [0.5, 0.5], context: ['SE'] }
const OWN = `${(AT / 1000).toString(36)}Ab-_0123`

const token = () => sealToken(keys, { site: 7, decision: 'page', option: 'b' }, TOKEN)
const note = async (...saying: readonly unknown[]) => noteOf(saying as unknown as Said, keys, SITE)

describe('what a browser says of a decision', () => {
  test('is an exposure, as the token tells it', async () => {
    expect(await note('x', 'page', 'b', await token())).toEqual({
      kind: 'exposure',
      decision: 'page',
      option: 'b',
      id: expect.any(String),
      ...TOKEN,
    })
  })

  test('is an exposure by an id of its own, where it chose by itself', async () => {
    expect(await note('x', 'page', 'b', OWN)).toEqual({
      kind: 'exposure',
      decision: 'page',
      option: 'b',
      id: OWN,
      at: AT,
    })
  })

  test.each([
    ['one reward where it says no number', [], { reward: 1 }],
    ['no more than a browser may say', [{ reward: 5 }], { reward: 1 }],
    ['what its owner allows', [{ earned: 5, hits: 3 }], { earned: 5 }],
    ['no money that its owner has not named', [{ dollars: 5 }], {}],
  ])('is a reward of %s', async (_, more, metrics) => {
    const made = await note('r', 'page', 'b', await token(), ...more)
    expect(made).toMatchObject({ kind: 'reward', number: 3, context: ['SE'] })
    expect({ ...(made as { metrics: object }).metrics }).toEqual(metrics)
  })

  test('names the goal', async () => {
    expect(await note('r', 'page', 'b', OWN, { reward: 1 }, 'sign up')).toMatchObject({ goal: 'sign up' })
  })

  test.each([
    ['another option than was drawn', async () => note('x', 'page', 'a', await token())],
    ['an edited token', async () => note('x', 'page', 'b', `${(await token()).slice(0, -2)}AA`)],
    ['no id', async () => note('x', 'page', 'b', '')],
    ['an id of its own that is too long', async () => note('x', 'page', 'b', `${OWN}0`)],
  ])('is nothing for %s', async (_, made) => {
    expect(await made()).toBeUndefined()
  })
})

describe('the event of it', () => {
  const plaintext = (sayings: Saying[]) => ({ ts: AT, page: 'shop.example/', referrer: '', width: 1, sayings })
  const facts = {
    geo: { country: 'SE' },
    agent: { browser: 'Chrome', browserVersion: '1', os: 'Windows', osVersion: '1', device: 'desktop' },
    language: 'sv',
  }
  const eventsFor = async (saying: Said) => {
    const made = await noteOf(saying, keys, SITE)
    const notes = new Map(made ? [[saying, made]] : [])
    return eventsOf({ kind: 'beacon', site: 7, id: '', plaintext: plaintext([saying]) }, facts, AT, { notes })
  }

  test('counts a decision, with all that is known of the visitor', async () => {
    expect(await eventsFor(['x', 'page', 'b', OWN])).toMatchObject([
      { type: 'decision.page.b', metrics: { hits: 1, decisions: 1 }, dimensions: { country: 'SE', device: 'desktop' } },
    ])
  })

  test('counts a reward, and no hit', async () => {
    expect(await eventsFor(['r', 'page', 'b', OWN, { reward: 1 }, 'sale'])).toMatchObject([
      { type: 'decision.page.b', metrics: { hits: 0, rewards: 1, reward: 1 }, dimensions: { goal: 'sale' } },
    ])
  })

  test('is none where it was not decided here', async () => {
    expect(await eventsFor(['x', 'page', 'b', 'nonsense'])).toEqual([])
  })
})

test.each([
  [OWN, AT],
  ['short', undefined],
  ['ABCDEF01234567', undefined],
])('an id of a browser’s own, %s, tells the time %s', (id, at) => {
  expect(timeOfOwn(id)).toBe(at)
})
