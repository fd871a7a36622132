/** Decisions in a real browser: what a page gets, how soon, and what it says of it. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest'
import { armOf } from '../../sdk/wire/split'
import { launch, serve, type Site, tag, visitor } from './beacon-site'

let browser: Browser
let site: Site

beforeAll(async () => {
  browser = await launch()
})
afterAll(() => browser.close())
beforeEach(async () => {
  site = await serve(inject('built'))
})
afterEach(() => site.close())

const OPTIONS = ['a', 'b', 'c'] as const
/** What a server answers that decides. */
const answer = { decision: 'page', option: 'b', propensity: 0.25, policy: 'contextual', id: 'token' }
/** What a page gets where nobody decided. */
const nobody = { option: 'a', propensity: null, id: null }
/** What README says to write, word by word. */
const RECIPE = /### Without a flicker\n[^]*?```html\n([^]*?)```/
  .exec(readFileSync(join(import.meta.dirname, '../../sdk/README.md'), 'utf8'))![1]!
  .replace('https://HOST/b/SITE.js', 'COUNT/b/1.js')
/** Its beginning, before the script itself. */
const STUB = RECIPE.slice(0, RECIPE.indexOf('<script async'))
/** Long enough for what must not happen to have happened. */
const QUIET = 200

/** Asks as a page does, and how long it took. */
const ask = (page: Page, options: readonly string[] = OPTIONS, name = 'page') =>
  page.evaluate(
    async ([name, options]) => {
      const start = performance.now()
      const decision = await window.graupel!.decide!(name, options)
      return { decision, took: performance.now() - start }
    },
    [name, options] as const,
  )
const decided = async (...question: Parameters<typeof ask>) => (await ask(...question)).decision
/** Each envelope's once, as a server counts it. */
const sayings = (code: string) => {
  const texts = site.arrived.flatMap(({ envelopes, plaintexts }) =>
    envelopes.map((text, i) => [text, plaintexts[i]!] as const),
  )
  return [...new Map(texts).values()].flatMap(({ sayings }) => sayings).filter(([each]) => each === code)
}
const opened = async (path = '/') => {
  const who = await visitor(browser)
  await who.page.goto(site.shop + path)
  return who
}

describe('a decision', () => {
  test('is asked for once, told once, and the same after reloads', async () => {
    site.decide = () => answer
    const { page, errors } = await opened()
    expect(await decided(page)).toMatchObject(answer)
    site.decide = () => ({ ...answer, option: 'c' })
    for (let n = 0; n < 3; n++) {
      expect(await decided(page)).toMatchObject(answer)
      await page.reload()
    }
    await expect.poll(() => sayings('x')).toEqual([['x', 'page', 'b', 'token']])
    await page.waitForTimeout(QUIET)
    expect([site.questions.length, sayings('x').length, errors]).toEqual([1, 1, []])
  })

  test('carries what the page knows, and takes no cookie along', async () => {
    site.decide = () => answer
    const { page } = await opened()
    await page.evaluate(() =>
      window.graupel!.decide!('page', ['a', 'b'], {
        by: 'earned/spent',
        dimensions: { country: 'SE' },
        unit: 'u-1',
        policy: 'split',
      }),
    )
    const rest = { by: 'earned/spent', dimensions: { country: 'SE' }, unit: 'u-1', policy: 'split' }
    expect(site.questions).toEqual([['page', ['a', 'b'], rest]])
  })

  test('by two who ask at once is one', async () => {
    let n = 0
    site.decide = () => ({ ...answer, option: OPTIONS[n++ % 3] })
    const { page } = await opened()
    const [one, two] = await Promise.all([decided(page), decided(page)])
    expect([one, site.questions.length]).toEqual([two, 1])
  })

  test('is its own where names and options run together', async () => {
    site.decide = (question) => ({ ...answer, option: (question as [string, string[]])[1][0] })
    const { page } = await opened()
    const both = await page.evaluate(() =>
      Promise.all([window.graupel!.decide!('price', ['10', '20']), window.graupel!.decide!('price1', ['0', '20'])]),
    )
    expect(both.map(({ option }) => option)).toEqual(['10', '0'])
    await expect.poll(() => new Set(sayings('x').map(([, name]) => name))).toEqual(new Set(['price', 'price1']))
  })

  test('is made anew where the page no longer has what was kept', async () => {
    site.decide = (question) => ({ ...answer, option: (question as [string, string[]])[1].at(-1) })
    const { page } = await opened()
    expect((await decided(page, ['a', 'b'])).option).toBe('b')
    await page.reload()
    expect((await decided(page, ['c', 'b', 'a'])).option).toBe('b')
    await page.reload()
    expect((await decided(page, ['a', 'd'])).option).toBe('d')
    await expect.poll(() => sayings('x').map(([, , option]) => option)).toEqual(['b', 'd'])
  })

  test.each([
    ['thirty days', undefined, 29.9 * 86_400, 30.1 * 86_400],
    ['as long as the answer says', 3600, 3590, 3610],
  ])('holds for %s', async (_, ttl, before, after) => {
    site.decide = () => ({ ...answer, ttl })
    const { page } = await visitor(browser).then(async (who) => {
      await who.page.clock.install()
      await who.page.goto(site.shop)
      return who
    })
    expect((await decided(page)).option).toBe('b')
    site.decide = () => ({ ...answer, option: 'c' })
    for (const [seconds, option] of [
      [before, 'b'],
      [after, 'c'],
    ] as const) {
      site.now = () => Date.now() + seconds * 1000
      await page.clock.setSystemTime(site.now())
      await page.reload()
      expect((await decided(page)).option).toBe(option)
    }
  })

  test.each([
    ['is paused, or not known', { ...answer, propensity: 1, id: null }],
    ['never holds', { ...answer, ttl: 0 }],
  ])('that %s is asked for on each page', async (_, reply) => {
    site.decide = () => reply
    const { page } = await opened()
    for (let n = 1; n <= 2; n++) {
      expect((await decided(page)).option).toBe('b')
      expect(site.questions).toHaveLength(n)
      await page.reload()
    }
    await page.waitForTimeout(QUIET)
    expect(sayings('x')).toHaveLength(reply.id ? 2 : 0)
  })

  test('can be asked for before the script is there', async () => {
    site.decide = () => answer
    site.page.head = `<script>
      window.graupel = { q: [() => graupel.decide('page', ['a', 'b']).then(({ option }) => (document.title = option)), ['early']] }
    </script>${tag()}`
    const { page } = await opened()
    await expect.poll(() => page.title()).toBe('b')
    await expect.poll(() => sayings('c')).toEqual([['c', 'early', {}, '_']])
  })
})

describe('the recipe against flicker', () => {
  /** What the heading said whenever it could be seen, frame by frame. */
  const watch = async () => {
    site.page.head = RECIPE
    const { page, errors } = await visitor(browser)
    await page.addInitScript(() => {
      const seen = new Set<string>()
      Object.assign(window, { seen })
      const look = () => {
        const heading = document.querySelector('h1')
        if (heading && getComputedStyle(heading).visibility === 'visible') seen.add(heading.textContent.slice(0, 9))
        requestAnimationFrame(look)
      }
      look()
    })
    await page.goto(site.shop)
    const seen = () => page.evaluate(() => [...(window as unknown as { seen: Set<string> }).seen])
    return { seen, errors }
  }

  test('shows what was decided, and nothing before', async () => {
    site.decide = () => ({ ...answer, option: 'long' })
    const { seen, errors } = await watch()
    await expect.poll(seen).toEqual(['All that '])
    expect(errors).toEqual([])
  })

  test('shows the first option where the server hangs', async () => {
    const { seen, errors } = await watch()
    await expect.poll(seen, { timeout: 2000 }).toEqual(['The first'])
    expect(errors).toEqual([])
  })
})

describe('where nobody decides, a page has the first option within 800 ms', () => {
  const never = async (page: Page) => {
    const { decision, took } = await ask(page)
    expect(decision).toEqual(nobody)
    expect(took).toBeLessThan(1000)
    await page.evaluate(() => window.graupel!.reward!('page'))
    await page.waitForTimeout(QUIET)
    expect([...sayings('x'), ...sayings('r')]).toEqual([])
    expect(await page.evaluate(() => Object.keys({ ...localStorage }).filter((name) => name.includes('=')))).toEqual([])
    return took
  }

  test('since the server hangs', async () => {
    const { page, errors } = await opened()
    expect(await never(page)).toBeGreaterThan(700)
    expect(errors).toEqual([])
  })

  test('since the answer comes too late, which is then nobody’s', async () => {
    const { context, page } = await opened()
    await context.route('**/*.json?q=*', async (route) => {
      await new Promise((resolve) => setTimeout(resolve, 1100))
      await route.fulfill({ json: answer, headers: { 'Access-Control-Allow-Origin': '*' } })
    })
    await never(page)
    await page.waitForTimeout(QUIET)
    expect(sayings('x')).toEqual([])
  })

  test.each<[string, unknown]>([
    ['says something else', { title: 'Not found', status: 404 }],
    ['names an option that the page has not', { ...answer, option: 'z' }],
    ['says null', null],
  ])('since the server %s', async (_, reply) => {
    site.decide = () => reply
    const { page } = await opened()
    expect(await decided(page)).toEqual(nobody)
    await page.waitForTimeout(QUIET)
    expect(sayings('x')).toEqual([])
  })

  test('since the browser is offline', async () => {
    site.decide = () => answer
    const { context, page } = await opened()
    await expect.poll(() => site.arrived.length).toBe(1)
    await context.setOffline(true)
    await never(page)
  })

  test('since the question is blocked', async () => {
    const { context, page } = await opened()
    await context.route('**/*.json?q=*', (route) => route.abort())
    await never(page)
  })

  test('since the page’s policy forbids it', async () => {
    site.decide = () => answer
    site.page.policy = "default-src 'self'; script-src 'unsafe-inline' COUNT; connect-src 'none'; img-src COUNT"
    const { page } = await opened()
    await never(page)
    expect(site.questions).toEqual([])
  })

  test.each<[string, (page: Page) => Promise<unknown>]>([
    [
      'Global Privacy Control',
      (page) => page.addInitScript(() => Object.defineProperty(navigator, 'globalPrivacyControl', { value: true })),
    ],
    ['his own word', (page) => page.addInitScript(() => (localStorage['graupel-off'] = 1))],
  ])('since the visitor wants no part in it, by %s, and then nothing is sent', async (_, wish) => {
    site.decide = () => answer
    const { page } = await visitor(browser)
    await wish(page)
    await page.goto(site.shop)
    expect(await never(page)).toBeLessThan(300)
    expect([site.questions, site.arrived]).toEqual([[], []])
  })

  test('since the script has not come, where the page guards itself', async () => {
    site.page.head = STUB + '<script async src="http://nowhere.example:9/b/1.js"></script>'
    const { page } = await opened()
    expect(await decided(page)).toEqual(nobody)
  })

  test('in all, where the script comes late and the answer later, and then nothing is told', async () => {
    site.page.head = STUB
    const { page } = await opened()
    const asked = ask(page)
    await page.waitForTimeout(500)
    await page.addScriptTag({ url: `${site.count}/b/1.js` })
    const { decision, took } = await asked
    expect(decision).toEqual(nobody)
    expect(took).toBeLessThan(1000)
  })
})

describe('without storage', () => {
  test.each<[string, string, (page: Page) => Promise<unknown>]>([
    [
      'since it throws',
      tag(),
      (page) =>
        page.addInitScript(() =>
          Object.defineProperty(window, 'localStorage', {
            get() {
              throw new DOMException('refused', 'SecurityError')
            },
          }),
        ),
    ],
    ['since the page wants none', tag('data-storage="none"'), async () => {}],
  ])('%s, a decision holds for the page and is rewarded there', async (_, head, prepare) => {
    site.page.head = head
    let n = 0
    site.decide = () => ({ ...answer, option: OPTIONS[++n % 3], id: `token-${n}` })
    const { page, errors } = await visitor(browser)
    await prepare(page)
    await page.goto(site.shop)
    expect([(await decided(page)).option, (await decided(page)).option]).toEqual(['b', 'b'])
    await page.evaluate(() => window.graupel!.reward!('page', { earned: 3 }, 'order'))
    await expect.poll(() => sayings('r')).toEqual([['r', 'page', 'b', 'token-1', { earned: 3 }, 'order']])
    expect(sayings('x')).toEqual([['x', 'page', 'b', 'token-1']])
    await page.reload()
    expect((await decided(page)).option).toBe('c')
    expect(errors).toEqual([])
    const kept = await page
      .evaluate(() => (Object.getOwnPropertyDescriptor(window, 'localStorage') ? [] : Object.keys(localStorage)))
      .catch(() => [])
    expect(kept).toEqual([])
  })
})

test('a reward says 1 where it says nothing, of what was decided on another page', async () => {
  site.decide = () => answer
  const { page } = await opened()
  await decided(page)
  await page.goto(`${site.shop}/thanks`)
  await page.evaluate(() => window.graupel!.reward!('page'))
  await page.evaluate(() => window.graupel!.reward!('other'))
  await expect.poll(() => sayings('r')).toEqual([['r', 'page', 'b', 'token', { reward: 1 }, '']])
})

describe('an experiment by the script', () => {
  /** Runs it as a page does, and what the page shows. */
  const run = (page: Page, more: { user_id?: string } = {}) =>
    page.evaluate(async (more) => {
      const { graupel } = window
      const signup = graupel!.goal!('signup')
      const made = await graupel!.experiment!({
        name: 'button',
        variants: {
          blue: { activate: () => (document.title = 'blue') },
          red: { activate: () => (document.title = 'red') },
        },
        goals: [signup],
        ...more,
      })
      ;(await signup).complete()
      return { variant: made.variant, title: document.title }
    }, more)

  test('shows a variant that stays, says it once, and its goal once', async () => {
    const { page, errors } = await opened()
    const { variant, title } = await run(page)
    expect(title).toBe(variant)
    for (let n = 0; n < 3; n++) {
      await page.reload()
      expect((await run(page)).title).toBe(variant)
    }
    await expect.poll(() => sayings('r')).toHaveLength(1)
    const [[, name, option, id]] = sayings('x') as unknown as [unknown[]]
    expect([name, option, id]).toEqual(['button', variant, expect.stringMatching(/^[0-9a-z]{6}[\w-]{8}$/)])
    expect(sayings('x')).toHaveLength(1)
    expect(sayings('r')).toEqual([['r', 'button', variant, id, { reward: 1 }, 'signup']])
    const kept = await page.evaluate(() => Object.keys(localStorage).filter((key) => key.startsWith('graupel:')))
    expect(kept.toSorted()).toEqual(['id', 'in_sample', 'signup', 'variant'].map((each) => `graupel:button:${each}`))
    expect(errors).toEqual([])
  })

  test('gives a user the same arm as everybody', async () => {
    const { page } = await opened()
    for (const user_id of ['u1', 'u2', 'u3', 'u4']) {
      await page.evaluate(() => localStorage.clear())
      await page.reload()
      expect((await run(page, { user_id })).variant).toBe(['blue', 'red'][armOf('button', user_id, [1, 1])])
    }
  })

  test('shows what the address asks for, and neither says nor keeps it', async () => {
    const { page } = await opened('/?graupel-variant=button:red')
    for (let n = 0; n < 3; n++) {
      expect((await run(page)).title).toBe('red')
      await page.reload()
    }
    await page.waitForTimeout(QUIET)
    expect([...sayings('x'), ...sayings('r')]).toEqual([])
    expect(await page.evaluate(() => Object.keys(localStorage).filter((key) => key.startsWith('graupel:')))).toEqual([])
  })

  test.each([
    ['storage is refused', tag(), true],
    ['the page wants none', tag('data-storage="none"'), false],
  ])('holds for the page where %s', async (_, head, isRefused) => {
    site.page.head = head
    const { page, errors } = await visitor(browser)
    if (isRefused)
      await page.addInitScript(() =>
        Object.defineProperty(window, 'localStorage', {
          get() {
            throw new DOMException('refused', 'SecurityError')
          },
        }),
      )
    await page.goto(site.shop)
    const { variant } = await run(page)
    for (let n = 0; n < 8; n++) expect((await run(page)).variant).toBe(variant)
    await expect.poll(() => sayings('r')).toHaveLength(1)
    expect([sayings('x').length, errors]).toEqual([1, []])
    if (!isRefused) expect(await page.evaluate(() => Object.keys(localStorage))).toEqual([])
  })

  test('leaves a visitor who wants no part in it as he is', async () => {
    const { page } = await visitor(browser)
    await page.addInitScript(() => Object.defineProperty(navigator, 'globalPrivacyControl', { value: true }))
    await page.goto(site.shop)
    expect(await run(page)).toEqual({ title: '' })
    expect(await page.evaluate(() => Object.keys(localStorage))).toEqual([])
    expect(site.arrived).toEqual([])
  })

  test('says what is wrong with it', async () => {
    const { page } = await opened()
    const wrong = page.evaluate(() => window.graupel!.experiment!({ name: '', variants: {} }))
    await expect(wrong).rejects.toThrow('an experiment name must be specified')
  })
})

describe('by npm', () => {
  const start = (page: Page, more = '') =>
    page.setContent(
      `<script type="module">
        import * as graupel from '/door.js'
        window.door = graupel
        ${more}
        graupel.start({ host: '${site.count}', site: 1 })
      </script>`,
    )
  const door = (page: Page, script: string): Promise<unknown> =>
    page.evaluate(
      `(async () => { while (!window.door) await new Promise((r) => setTimeout(r, 5)); return (${script})(door) })()`,
    )

  beforeEach(() => {
    site.page.head = ''
  })

  test('a decision waits for the key, and a reward for the decision', async () => {
    site.decide = () => answer
    const { page, errors } = await opened()
    await start(page, "window.early = graupel.decide('page', ['a', 'b'])")
    expect(await door(page, '() => early')).toMatchObject(answer)
    await door(page, "({ reward }) => reward('page', { earned: 2 })")
    await expect.poll(() => sayings('r')).toEqual([['r', 'page', 'b', 'token', { earned: 2 }, '']])
    expect(errors).toEqual([])
  })

  test('a decision does not wait for a server that is not there', async () => {
    const { context, page } = await opened()
    await context.route('**/b/1.json', () => {})
    await start(page)
    expect(await door(page, "({ decide }) => decide('page', ['a', 'b'])")).toEqual(nobody)
  })

  test('an experiment shows its variant before the key is there, and says it after', async () => {
    const { page, errors } = await opened()
    await start(
      page,
      `const bought = graupel.goal('bought')
       const made = graupel.experiment({ name: 'button', variants: { blue: {}, red: {} }, goals: [bought] })
       document.title = made.variant
       bought.complete()
       bought.complete()`,
    )
    await expect.poll(() => sayings('r')).toHaveLength(1)
    const title = await page.title()
    expect(sayings('x')).toEqual([['x', 'button', title, expect.any(String)]])
    expect(await page.evaluate(() => localStorage['graupel:button:variant'])).toBe(`"${title}"`)
    expect(errors).toEqual([])
  })
})
