/** The command on logs of decisions: from a file, from stdin, and from a server that decided. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { rained } from '../sdk/cli/ope/log'
import { graupel } from './command'
import { temporaryFolder } from './server'

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
