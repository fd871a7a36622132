import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Command, CommanderError } from 'commander'
import { describe, expect, test } from 'vitest'
import { graupel } from '../../../sdk/cli/program'

const readme = readFileSync(join(import.meta.dirname, '../../../sdk/cli/README.md'), 'utf8')
/** Above the first heading below the title stands the table of verbs. */
const [verbTable = ''] = readme.split('\n## ')

/** `site add` and the like, without those that only hold others. */
const verbsOf = (command: Command, before: string[] = []): [name: string, verb: Command][] =>
  command.commands.flatMap((each) => {
    const name = [...before, each.name()]
    return each.commands.length ? verbsOf(each, name) : [[name.join(' '), each]]
  })
const groupsOf = (command: Command): Command[] =>
  command.commands.length ? [command, ...command.commands.flatMap(groupsOf)] : []

function helpOf(command: Command): string {
  let text = ''
  command.configureOutput({ writeOut: (part) => (text += part) }).outputHelp()
  return text
}

/** What stands behind `$ npx graupel`, without what a shell does with it, nor what it is said to do. */
const examplesIn = (help: string): string[] =>
  [...help.matchAll(/\$ .*?npx graupel (\S+(?: \S+)*)/g)].map(([, words]) => words!.replace(/ < \S+$/, ''))

/** Which verb these words are for, as the real parser reads them; nothing is done. */
async function readAs(words: string): Promise<string | undefined> {
  const program = graupel()
  let read: string | undefined
  for (const [name, verb] of verbsOf(program)) verb.action(() => void (read = name))
  for (const each of [...groupsOf(program), ...verbsOf(program).map(([, verb]) => verb)]) {
    each.configureOutput({ writeOut: () => {} })
  }
  try {
    await program.parseAsync(words.split(' '), { from: 'user' })
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return 'help'
    throw error
  }
  return read
}

const verbs = verbsOf(graupel())

describe.each(verbs)('%s', (name, verb) => {
  test('has an example that is read as itself', async () => {
    const examples = examplesIn(helpOf(verb))
    expect(examples.length).toBeGreaterThan(0)
    for (const words of examples) expect(await readAs(words)).toBe(name)
  })

  test('speaks JSON', () => {
    expect(verb.options.map(({ long }) => long)).toContain('--json')
  })

  test('is in the README with all its options', () => {
    const rows = verbTable.split('\n').filter((line) => new RegExp(`^\\| \`${name}[ \`]`).test(line))
    expect(rows).toHaveLength(1)
    const own = verb.options.map(({ long }) => long!).filter((long) => !['--json', '--server'].includes(long))
    expect(own.filter((long) => !rows[0]!.includes(`\`${long}`))).toEqual([])
  })
})

test.each(groupsOf(graupel()).map((group) => [group.name(), group] as const))(
  '%s, which holds others, has examples that are read',
  async (_, group) => {
    const examples = examplesIn(helpOf(group))
    expect(examples.length).toBeGreaterThan(0)
    for (const words of examples) expect(await readAs(words)).toBeDefined()
  },
)
