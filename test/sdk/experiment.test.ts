import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { StorageAdapter, TrackingAdapter } from '../../sdk/adapter'
import { alephbetStorage } from '../../sdk/alephbet'
import { Experiment, type ExperimentOptions } from '../../sdk/experiment'
import { Goal } from '../../sdk/goal'
import { ownId, tracking } from '../../sdk/tracking'
import { alephbetArmOf } from '../../sdk/wire/alephbet'
import { armOf } from '../../sdk/wire/split'
import { timeOfOwn } from '../../worker/ingest/decided'

let kept: Map<string, unknown>
let told: unknown[][]
let shown: string[]
let storage: StorageAdapter
const tracked: TrackingAdapter = {
  experiment_start: ({ name }, variant) => told.push(['start', name, variant]),
  goal_complete: ({ name }, variant, goal) => told.push(['goal', name, variant, goal]),
}

/** Another visitor. */
const somebody = () => {
  kept = new Map()
  storage = { get: (key) => kept.get(key), set: (key, value) => kept.set(key, value) }
}
beforeEach(() => {
  somebody()
  told = []
  shown = []
})
afterEach(() => vi.unstubAllGlobals())

const showing = (name: string) => ({ activate: () => shown.push(name) })
const experiment = (changes: Partial<ExperimentOptions> = {}, isSilent = false) =>
  new Experiment(
    { name: 'button', variants: { blue: showing('blue'), red: showing('red') }, ...changes },
    { storage, tracking: tracked, isSilent },
  )
const at = (search: string) => vi.stubGlobal('location', { search })

describe('an experiment', () => {
  test('made three times shows a variant three times and tells it once', () => {
    const { variant } = experiment()
    experiment()
    experiment()
    expect(shown).toEqual([variant, variant, variant])
    expect(told).toEqual([['start', 'button', variant]])
    expect(Object.fromEntries(kept)).toEqual({ 'button:in_sample': true, 'button:variant': variant })
  })

  test('shows what a visitor has without asking for trigger or sample', () => {
    kept.set('button:variant', 'red')
    const trigger = vi.fn(() => false)
    experiment({ trigger, sample: 0 })
    expect(shown).toEqual(['red'])
    expect(trigger).not.toHaveBeenCalled()
    expect([told, kept.has('button:in_sample')]).toEqual([[], false])
  })

  test('waits for its trigger, and does not ask for it again', () => {
    experiment({ trigger: () => false })
    expect([shown, told, kept.size]).toEqual([[], [], 0])
    experiment({ trigger: () => true })
    experiment({ trigger: () => false })
    expect([shown.length, told.length]).toEqual([2, 1])
  })

  test('leaves out for good whom the sample has left out', () => {
    experiment({ sample: 0 })
    expect([shown, told, Object.fromEntries(kept)]).toEqual([[], [], { 'button:in_sample': false }])
    experiment({ sample: 1 })
    expect([shown, told]).toEqual([[], []])
  })

  test('tells, shows and keeps, in this order', () => {
    const order: string[] = []
    const noted: StorageAdapter = { get: () => undefined, set: (key) => order.push(key) }
    new Experiment(
      { name: 'button', variants: { red: { activate: () => order.push('show') } } },
      { storage: noted, tracking: { ...tracked, experiment_start: () => order.push('tell') }, isSilent: false },
    )
    expect(order).toEqual(['button:in_sample', 'tell', 'show', 'button:variant'])
  })

  test('hands itself to what it activates', () => {
    const activate = vi.fn()
    const made = experiment({ variants: { red: { activate } } })
    expect(activate).toHaveBeenCalledExactlyOnceWith(made)
    expect(made.get_stored_variant()).toBe('red')
  })

  test('keeps a variant whose page went wrong, so that nobody is told twice', () => {
    const activate = () => {
      throw new Error('the page’s own')
    }
    expect(() => experiment({ variants: { red: { activate } } })).toThrow('the page’s own')
    expect([told.length, kept.get('button:variant')]).toEqual([1, 'red'])
  })

  test.each<[string, Partial<ExperimentOptions>, string]>([
    ['no name', { name: undefined! }, 'an experiment name must be specified'],
    ['no variants', { variants: undefined! }, 'variants must be provided'],
    ['a trigger that is none', { trigger: '' as unknown as () => boolean }, 'trigger must be a function'],
    ['a weight for one', { variants: { blue: {}, red: { weight: 100 } } }, 'not all variants have weights'],
    ['a list of weights that is short', { weights: [1] }, 'not all variants have weights'],
    ['weights of nothing', { weights: [0, 0] }, 'weights must not be negative, nor all of them 0'],
    ['a weight below nothing', { weights: { blue: -1, red: 2 } }, 'weights must not be negative, nor all of them 0'],
  ])('with %s is refused', (_, changes, words) => {
    expect(() => experiment(changes)).toThrow(words)
    expect(shown).toEqual([])
  })

  test.each<[string, Partial<ExperimentOptions>]>([
    ['in the variants', { variants: { blue: { weight: 0 }, green: { weight: 100 } } }],
    ['by name', { variants: { blue: {}, green: {} }, weights: { green: 3, blue: 0 } }],
    ['as a list', { variants: { blue: {}, green: {} }, weights: [0, 0.5] }],
    ['by AlephBet', { variants: { blue: { weight: 0 }, green: { weight: 100 } }, hash: 'alephbet' }],
  ])('gives nobody what weighs nothing: %s', (_, changes) => {
    for (let user = 0; user < 200; user++) {
      expect(experiment({ name: `w${user}`, ...changes }).variant).toBe('green')
      expect(experiment({ name: `u${user}`, user_id: user, ...changes }).variant).toBe('green')
    }
  })

  test('gives a user the arm that everybody gives', () => {
    const variants = { a: {}, b: {}, c: {} }
    const names = Object.keys(variants)
    for (let user = 0; user < 500; user++) {
      somebody()
      expect(experiment({ user_id: user, variants, weights: [1, 2, 0.5] }).variant).toBe(
        names[armOf('button', `${user}`, [1, 2, 0.5])],
      )
      somebody()
      expect(experiment({ user_id: user, variants, weights: [1, 2, 3], hash: 'alephbet' }).variant).toBe(
        names[alephbetArmOf('button', `${user}`, 3, [1, 2, 3])],
      )
    }
  })

  // What AlephBet's own tests say of these two.
  test.each([
    ['yuzu', undefined, 'blue'],
    ['gosho', undefined, 'red'],
    ['yuzu', { blue: 20, red: 80 }, 'blue'],
    ['gosho', { blue: 20, red: 80 }, 'red'],
  ])('gives %s with weights %o what AlephBet gave: %s', (user_id, weights, variant) => {
    expect(experiment({ name: 'experiment', user_id, hash: 'alephbet', ...(weights && { weights }) }).variant).toBe(
      variant,
    )
  })

  test('takes its share of visitors, and of users always the same', () => {
    const taken = (options: Partial<ExperimentOptions>) =>
      Array.from({ length: 2000 }, (_, user) => {
        somebody()
        return experiment({ sample: 0.25, ...(options.hash && { user_id: user }), ...options }).variant !== undefined
      })
    for (const options of [{}, { hash: 'murmur' }, { hash: 'alephbet' }] as const) {
      const once = taken(options)
      expect(Math.abs(once.filter(Boolean).length - 500)).toBeLessThan(100)
      if ('hash' in options) expect(taken(options)).toEqual(once)
    }
  })

  test.each(['', null, undefined])('takes %o for no user: each gets what chance gives', (user_id) => {
    const given = Array.from({ length: 60 }, () => {
      somebody()
      return experiment({ ...(user_id !== undefined && { user_id }) }).variant
    })
    expect(new Set(given)).toEqual(new Set(['blue', 'red']))
  })

  test('gives a variant with a trigger of its own to nobody else', () => {
    const variants = { blue: { trigger: () => false }, red: showing('red') }
    for (let n = 0; n < 50; n++) expect(experiment({ name: `${n}`, variants }).variant).toBe('red')
    expect(experiment({ variants: { blue: { trigger: () => false } } }).variant).toBeUndefined()
  })

  test('leaves out who wants no part in it, unless the page tells by its own means', () => {
    kept.set('button:variant', 'red')
    expect([experiment({}, true).variant, shown]).toEqual([undefined, []])
    expect(experiment({ tracking_adapter: tracked }, true).variant).toBe('red')
  })
})

describe('a variant in the page’s address', () => {
  test.each([
    ['?graupel-variant=button:red', 'red'],
    ['?a=1&graupel-variant=other:x&graupel-variant=button%3Ablue', 'blue'],
  ])('%s is shown, counts nothing and is not kept', (search, variant) => {
    at(search)
    const goal = new Goal('bought')
    const made = experiment({ goals: [goal], trigger: () => false, sample: 0 })
    goal.complete()
    expect([made.variant, made.isPreview, shown, told, kept.size]).toEqual([variant, true, [variant], [], 0])
  })

  test('is shown instead of what a visitor has, which he has again later', () => {
    kept.set('button:variant', 'blue')
    at('?graupel-variant=button:red')
    experiment()
    at('')
    experiment()
    expect(shown).toEqual(['red', 'blue'])
  })

  test.each(['?graupel-variant=button:green', '?graupel-variant=red', '?graupel-variant=other:red'])(
    'that is none changes nothing: %s',
    (search) => {
      at(search)
      expect(experiment().isPreview).toBe(false)
      expect(told).toHaveLength(1)
    },
  )
})

describe('a goal', () => {
  test('is told once for each visitor, another each time', () => {
    const [once, often] = [new Goal('signup'), new Goal('click', { unique: false })]
    const { variant } = experiment({ goals: [once, often] })
    for (const goal of [once, often, once, often]) goal.complete()
    expect(told.slice(1)).toEqual([
      ['goal', 'button', variant, 'signup'],
      ['goal', 'button', variant, 'click'],
      ['goal', 'button', variant, 'click'],
    ])
    expect([kept.get('button:signup'), kept.has('button:click')]).toEqual([true, false])
  })

  test.each(['variant', 'in_sample', 'id'])('may be called %s, as what is kept of an experiment itself is', (name) => {
    const goal = new Goal(name)
    const { variant } = experiment({ goals: [goal] })
    goal.complete()
    goal.complete()
    expect(told.slice(1)).toEqual([['goal', 'button', variant, name]])
    expect(experiment().variant).toBe(variant)
  })

  test('without a variant is nobody’s', () => {
    const goal = new Goal('signup')
    experiment({ goals: [goal], trigger: () => false })
    goal.complete()
    expect([told, kept.size]).toEqual([[], 0])
    experiment({ goals: [goal] })
    goal.complete()
    expect(told.map(([what]) => what)).toEqual(['start', 'goal'])
  })

  test('is told to each experiment that waits for it, and to each once', () => {
    const goal = new Goal('signup')
    const [one, two] = [experiment({ name: 'one' }), experiment({ name: 'two' })]
    for (const each of [one, two, one]) each.add_goal(goal)
    goal.complete()
    expect(told.filter(([what]) => what === 'goal').map(([, name]) => name)).toEqual(['one', 'two'])
  })
})

describe('without storage', () => {
  test.each<[string, StorageAdapter]>([
    [
      'that throws',
      {
        get: () => {
          throw new DOMException('refused', 'SecurityError')
        },
        set: () => {
          throw new DOMException('full', 'QuotaExceededError')
        },
      },
    ],
    ['that keeps nothing', { get: () => undefined, set: () => undefined }],
    ['that says null', { get: () => null, set: () => undefined }],
  ])('%s a page load has one variant and a goal once', (_, refusing) => {
    storage = refusing
    const goal = new Goal('signup')
    const { variant } = experiment({ goals: [goal] })
    for (let n = 0; n < 20; n++) experiment({ goals: [goal] })
    goal.complete()
    goal.complete()
    expect(new Set(shown)).toEqual(new Set([variant]))
    expect(told).toEqual([
      ['start', 'button', variant],
      ['goal', 'button', variant, 'signup'],
    ])
  })
})

test('what tells goes wrong without the page', async () => {
  const failing: TrackingAdapter = {
    experiment_start: () => {
      throw new Error('no')
    },
    goal_complete: () => Promise.reject(new Error('no')),
  }
  const made = experiment({ tracking_adapter: failing })
  made.goal_complete('signup')
  await new Promise((resolve) => setTimeout(resolve))
  expect(shown).toEqual([made.variant])
})

describe('by default', () => {
  const NOW = Date.UTC(2026, 10, 26)
  const saying = () => {
    const said: unknown[][] = []
    const made = tracking(
      (each) => said.push([...each]),
      () => NOW,
    )
    return { said, made }
  }

  test('the script says who met what, and by the same id what came of it', () => {
    const { said, made } = saying()
    const goals = [new Goal('signup'), new Goal('order', { unique: false, metrics: { earned: 12 } })]
    const { variant } = experiment({ tracking_adapter: made, goals })
    for (const goal of goals) goal.complete()
    const id = kept.get('button:id')
    expect(said).toEqual([
      ['x', 'button', variant, id],
      ['r', 'button', variant, id, { reward: 1 }, 'signup'],
      ['r', 'button', variant, id, { earned: 12 }, 'order'],
    ])
    expect(timeOfOwn(String(id))).toBe(NOW)
  })

  test('a visitor who came with a variant from elsewhere says nothing of goals', () => {
    kept.set('button:variant', 'red')
    const { said, made } = saying()
    experiment({ tracking_adapter: made }).goal_complete('signup')
    expect(said).toEqual([])
  })

  test('ids are all different, and read back as times', () => {
    const ids = Array.from({ length: 2000 }, () => ownId(NOW))
    expect(new Set(ids).size).toBe(2000)
    expect(ids.every((id) => /^[0-9a-z]{6}[\w-]{8}$/.test(id))).toBe(true)
    expect([0, NOW, Date.UTC(2037, 0)].map((at) => timeOfOwn(ownId(at)))).toEqual([0, NOW, Date.UTC(2037, 0)])
  })
})

test('AlephBet’s own storage brings its visitors with their variants, and keeps the rest of it', () => {
  const blob = { 'button:variant': 'red', 'button:in_sample': true, _gimel_queue: '[]' }
  const localStorage: Record<string, string> = { alephbet: JSON.stringify(blob) }
  vi.stubGlobal('localStorage', localStorage)
  const made = experiment({ storage_adapter: alephbetStorage(), sample: 0 })
  made.goal_complete('signup')
  expect([made.variant, told]).toEqual(['red', [['goal', 'button', 'red', 'signup']]])
  expect(JSON.parse(localStorage.alephbet!)).toEqual({ ...blob, 'button:variant': 'red', 'button:signup': true })
})
