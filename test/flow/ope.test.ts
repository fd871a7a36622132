/** The command on logs of decisions: from a file, from stdin, and from a server that decided. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, test } from 'vitest'
import { type Line, rained } from '../sdk/cli/ope/log'
import { call, makeSite } from './api'
import { graupel } from './command'
import { startServer, temporaryFolder } from './server'

interface Told {
  decision: string
  decisions: number
  per: string
  estimates: {
    policy: string
    ess: number
    snips: { value: number; ci95: [number, number] } | null
    refused: string | null
  }[]
}

const log = (count: number) =>
  rained({ SE: { a: 0.1, b: 0.4 }, US: { a: 0.4, b: 0.1 } }, () => ({ a: 0.7, b: 0.3 }), count, 11)
    .map((line) => `${JSON.stringify(line)}\n`)
    .join('')

function fileOf(name: string, text: string): string {
  const file = join(temporaryFolder(), name)
  writeFileSync(file, text)
  return file
}

describe('graupel ope', () => {
  test('tries what ran, chance and each option, and says so to people and to programs', async () => {
    const file = fileOf('decisions.ndjson', log(4000))
    const { code, out, err } = await graupel(['ope', file])
    expect([code, err]).toEqual([0, ''])
    const [head, what, , titles, ...rows] = out.trimEnd().split('\n')
    expect(head).toMatch(/^pages {2}4,000 decisions, 2026-01-01T00:00Z to 2026-01-01T01:06Z$/)
    expect(what).toMatch(/^What a decision earns/)
    expect(titles).toMatch(/^policy +effective +IPS +SNIPS +DR$/)
    expect(rows.map((row) => row.replace(/ {2,}.*/, ''))).toEqual(['logging', 'uniform', 'always a', 'always b'])
    for (const row of rows) expect(row).toMatch(/( +0\.2\d+ ±0\.0\d+){3}$/)
    const json = await graupel(['ope', '-', '--json'], { input: log(4000) })
    const told = JSON.parse(json.out) as Told
    expect(told).toMatchObject({ decision: 'pages', decisions: 4000, per: 'decision' })
    for (const { snips } of told.estimates) {
      expect(snips!.ci95[0]).toBeLessThan(0.25)
      expect(snips!.ci95[1]).toBeGreaterThan(0.25)
    }
  })

  test('finds a policy of somebody’s own better, where it goes by the country', async () => {
    const mine = fileOf('mine.json', '{"by": "country", "values": {"SE": {"b": 1}}, "otherwise": {"a": 1}}')
    const { code, out } = await graupel(['ope', '-', '--policy', mine, '--policy', 'always:a', '--json'], {
      input: log(4000),
    })
    const [own, always] = (JSON.parse(out) as Told).estimates
    expect([code, own!.policy, always!.policy]).toEqual([0, mine, 'always a'])
    expect(own!.snips!.ci95[0]).toBeGreaterThan(always!.snips!.ci95[1])
  })

  test('estimates nothing of what is worth less than a hundred decisions, says why, and ends with 1', async () => {
    const few = await graupel(['ope', '-'], { input: log(99) })
    expect(few.code).toBe(1)
    expect(few.out).toMatch(/^logging +99 +– +– +–$/m)
    expect(few.err).toMatch(
      /^graupel: logging: these decisions are worth 99 of its own, and below 100 an estimate is luck/,
    )
    const some = await graupel(['ope', '-', '--json', '--policy', 'logging', '--policy', 'always:b'], {
      input: log(200),
    })
    expect(some.code).toBe(1)
    const [ran, b] = (JSON.parse(some.out) as Told).estimates
    expect([ran!.ess, ran!.refused, b!.snips]).toEqual([200, null, null])
    expect((JSON.parse(some.err) as { error: string }).error).toBe(b!.refused)
  })

  test.each<[string, string[], string, number, RegExp]>([
    ['no log', ['ope', '-'], '', 1, /there is no decision in the log/],
    ['a log of something else', ['ope', '-'], '{"type":"order"}\n', 1, /line 1 is no decision: \w+ is missing/],
    ['no file', ['ope', '/nowhere.ndjson'], '', 1, /\/nowhere\.ndjson can't be read \(ENOENT\); of an experiment/],
    ['a policy that is none', ['ope', '-', '--policy', 'best'], log(1), 2, /--policy must be logging, uniform/],
    ['an option that is none', ['ope', '-', '--policy', 'always:z'], log(1), 1, /there is no option "z", but a, b/],
    ['a time of a file', ['ope', '-', '--from', '2026-01-01'], log(1), 2, /give its --site, too/],
    ['no word', ['ope'], '', 2, /missing required argument 'log'/],
  ])('of %s says what is wrong', async (_, words, input, code, said) => {
    const ran = await graupel([...words, '--json'], { input })
    expect([ran.code, ran.out]).toEqual([code, ''])
    expect((JSON.parse(ran.err) as { error: string }).error).toMatch(said)
  })
})

interface Decision {
  option: string
  propensity: number
  id: string
}

/** Whether a line is what the server's own description says of it. */
async function judge({ origin }: { origin: string }) {
  const document = (await (await fetch(`${origin}/openapi.json`)).json()) as object
  const ajv = new Ajv2020({ strict: false, validateFormats: false }).addSchema(document, 'openapi')
  return ajv.compile({ $ref: 'openapi#/components/schemas/Decided' })
}

test('reads what a server decided, by its own log, and by that kept in a file', async () => {
  const server = await startServer()
  const { site, keys } = await makeSite(server, { name: 'shop' })
  const env = { PORT: new URL(server.origin).port, GRAUPEL_ADMIN: server.admin }
  const run = (line: string, input = '') => graupel(line.split(' '), { env, input })
  expect(
    await run('experiment create checkout --site shop --option long --option short --policy split --weights 3,1'),
  ).toMatchObject({ code: 0 })
  const decided = await Promise.all(
    Array.from({ length: 800 }, async (_, i) => {
      const country = i % 2 ? 'SE' : 'US'
      const query = new URLSearchParams({
        site: String(site),
        decision: 'checkout',
        unit: `u${i}`,
        dimensions: JSON.stringify({ country }),
      })
      return { country, ...(await call<Decision>(server, 'GET', `/decide?${query}`)).body }
    }),
  )
  // In Sweden short is bought, elsewhere long; each is told twice, and counts once.
  const isBought = ({ country, option }: { country: string; option: string }) =>
    (country === 'SE') === (option === 'short')
  const outcomes = decided.map(({ option, id, ...more }) => ({
    decision: 'checkout',
    option,
    id,
    ...(isBought({ option, ...more }) && { metrics: { reward: 1 } }),
  }))
  for (const token of [keys.write, keys.write]) {
    expect((await call(server, 'POST', `/count_decision?site=${site}`, outcomes, token)).status).toBe(200)
  }
  const share = (list: typeof decided) => list.filter(isBought).length / list.length
  const told = JSON.parse((await run('ope checkout --site shop --json')).out) as Told
  expect(told).toMatchObject({ decision: 'checkout', decisions: 800, per: 'decision' })
  const [logging, , long, short] = told.estimates
  expect(logging!.snips!.value).toBe(share(decided))
  // Of a split each option's own rate.
  expect(long!.snips!.value).toBeCloseTo(share(decided.filter(({ option }) => option === 'long')), 9)
  expect(short!.snips!.value).toBeCloseTo(share(decided.filter(({ option }) => option === 'short')), 9)
  const mine = fileOf('mine.json', '{"by": "country", "values": {"SE": {"short": 1}}, "otherwise": {"long": 1}}')
  const best = JSON.parse((await run(`ope checkout --site shop --json --policy ${mine}`)).out) as Told
  expect(best.estimates[0]!.snips!.value).toBe(1)

  const path = `/experiments/checkout/decisions?site=${site}`
  const read = (token: string) => fetch(server.origin + path, { headers: { Authorization: `Bearer ${token}` } })
  const response = await read(keys.read)
  expect([response.status, response.headers.get('transfer-encoding')]).toEqual([200, 'chunked'])
  const text = await response.text()
  const isAsDescribed = await judge(server)
  for (const line of text.trimEnd().split('\n')) expect([line, isAsDescribed(JSON.parse(line))]).toEqual([line, true])
  expect(JSON.parse((await run('ope - --json', text)).out)).toEqual(told)
  for (const token of [keys.write, keys.public]) expect([401, 403]).toContain((await read(token)).status)

  const none = await run('ope checkout --site shop --from 2020-01-01 --to 2020-02-01')
  expect([none.code, none.err]).toEqual([1, 'graupel: there is no decision in the log\n'])
  const else_ = await run('ope else --site shop')
  expect([else_.code, else_.err]).toEqual([1, 'graupel: there is no experiment "else"\n'])
  const wrong = await run('ope checkout --site shop --from yesterday')
  expect([wrong.code, wrong.err]).toEqual([2, expect.stringMatching(/^graupel: --from: must be unix milliseconds/)])
})

test('tells of a policy that learns the very propensities that it answered with', async () => {
  const server = await startServer()
  const { site, keys } = await makeSite(server, { name: 'shop' })
  const env = { PORT: new URL(server.origin).port, GRAUPEL_ADMIN: server.admin }
  const run = (line: string) => graupel(line.split(' '), { env })
  await run('experiment create button --site shop --option red --option green --warm 20 --holdout 0.1')
  const decide = async (unit: string) => {
    const query = new URLSearchParams({ site: String(site), decision: 'button', unit, dimensions: '{"country":"SE"}' })
    return (await call<Decision>(server, 'GET', `/decide?${query}`)).body
  }
  const decided: Decision[] = []
  const batch = async (name: string) => {
    const more = await Promise.all(Array.from({ length: 150 }, (_, i) => decide(`${name}${i}`)))
    decided.push(...more)
    const outcomes = more.map(({ option, id }) => {
      const metrics = option === 'green' ? { metrics: { reward: 1 } } : {}
      return { decision: 'button', option, id, ...metrics }
    })
    expect((await call(server, 'POST', `/count_decision?site=${site}`, outcomes, keys.write)).status).toBe(200)
  }
  await batch('first')
  await expect.poll(async () => (await decide('watch')).propensity).not.toBe(0.5)
  await batch('then')
  const read = async () => {
    const path = `/experiments/button/decisions?site=${site}`
    const response = await fetch(server.origin + path, { headers: { Authorization: `Bearer ${keys.read}` } })
    const text = await response.text()
    return text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Line)
  }
  // What Hails hold is asked for once a second.
  await expect.poll(async () => (await read()).length).toBe(300)
  const lines = await read()
  const sorted = (list: { propensity: number }[]) => list.map(({ propensity }) => propensity).toSorted((a, b) => a - b)
  expect(sorted(lines)).toEqual(sorted(decided).map((p) => expect.closeTo(p, 6)))
  expect(Math.max(...sorted(lines))).toBeGreaterThan(0.9)
  expect(lines.filter(({ holdout, propensity }) => holdout && propensity !== 0.5)).toEqual([])
  expect(lines.some(({ holdout }) => holdout)).toBe(true)
  const told = JSON.parse((await run('ope button --site shop --policy logging --json')).out) as Told
  const mean = lines.reduce((sum, { x }) => sum + x, 0) / lines.length
  expect(told.estimates).toMatchObject([{ ess: 300, snips: { value: mean } }])
})

test('shows, pauses, ends, hides and deletes an experiment', async () => {
  const server = await startServer()
  await makeSite(server, { name: 'shop' })
  const env = { PORT: new URL(server.origin).port, GRAUPEL_ADMIN: server.admin }
  const say = async (...words: string[]) => {
    const { code, out, err } = await graupel(['experiment', ...words, '--site', 'shop'], { env })
    return [code, out + err] as const
  }
  const run = (line: string) => say(...line.split(' '))
  expect(await run('list')).toEqual([0, expect.stringMatching(/^There is no experiment yet/)])
  expect(await run('create price --option 9 --option 12 --by earned/spent --half-life 86400')).toEqual([
    0,
    'price decides between 9, 12, by contextual; it is running\n',
  ])
  expect(await run('create price --option 9 --option 13')).toEqual([1, expect.stringMatching(/^graupel: .*price/)])
  expect(await run('create other --option a --option a')).toEqual([
    2,
    expect.stringMatching(/^graupel: --option must be/),
  ])
  expect(await run('create other --option a --option b --floor 2')).toEqual([
    2,
    expect.stringMatching(/^graupel: --floor must be a number from 0 to 1/),
  ])
  expect(await run('create other --option a --option b --half-life 0')).toEqual([
    2,
    expect.stringMatching(/^graupel: --half-life must be/),
  ])
  const [shown, results] = await run('show price')
  expect(shown).toBe(0)
  expect(results).toMatch(/^price {2}running; contextual, by earned\/spent\n\noption .*\n9 .* control .*\n12 /)
  expect(results).toMatch(/^too_few {2}.* Wait for more\.$/m)
  expect(await run('show price --control 12')).toEqual([0, expect.stringMatching(/^12 .* control/m)])
  expect(await run('show price --control 7')).toEqual([
    2,
    expect.stringMatching(/^graupel: --control: must be one of /),
  ])
  expect(await run('show other')).toEqual([1, 'graupel: there is no experiment "other"\n'])
  expect(await run('pause price')).toEqual([0, expect.stringMatching(/^price is paused: everybody gets 9/)])
  expect(await run('resume price')).toEqual([0, 'price is running\n'])
  expect(await run('finish price --winner 7')).toEqual([2, expect.stringMatching(/^graupel: --winner /)])
  expect(await run('finish price --winner 12')).toEqual([0, 'price is finished: everybody gets 12\n'])
  expect(await run('list')).toEqual([0, expect.stringMatching(/^price +0 {2}finished, 12 /m)])
  expect(await run('hide price')).toEqual([0, expect.stringMatching(/^price is hidden/)])
  expect(await run('list')).toEqual([0, expect.stringMatching(/^There is no experiment yet/)])
  expect(await run('list --hidden')).toEqual([0, expect.stringMatching(/finished, 12, hidden/)])
  expect(await run('unhide price')).toEqual([0, 'price is in the list again\n'])
  expect(await run('list')).toEqual([0, expect.stringMatching(/^price +0 {2}finished, 12 /m)])
  expect(await run('delete price')).toEqual([1, expect.stringMatching(/delete price --site shop --yes\n$/)])
  expect(await run('delete price --yes')).toEqual([0, expect.stringMatching(/^price is deleted/)])
  await say('create', "it's two", '--option', 'a', '--option', 'b')
  // As a shell takes it.
  const quoted = `delete 'it'\\''s two' --site shop --yes\n`
  expect(await say('delete', "it's two")).toEqual([1, expect.stringContaining(quoted)])
  for (const line of ['show ..', 'delete . --yes'])
    expect(await run(line)).toEqual([2, 'graupel: an experiment has another name than . or ..\n'])
  expect(await run('delete price --yes')).toEqual([1, 'graupel: there is no experiment "price"\n'])
})
