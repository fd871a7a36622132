/** What npm hands out: it can be taken in on a server, and says what it takes to who writes in TypeScript. */
import { execFile } from 'node:child_process'
import { cpSync, mkdirSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { expect, inject, test } from 'vitest'
import { root } from '../house/source'
import { temporaryFolder } from './server'

const run = promisify(execFile)

/** A project that has installed it. */
function project(): string {
  const folder = temporaryFolder()
  const installed = join(folder, 'node_modules/graupel')
  mkdirSync(installed, { recursive: true })
  cpSync(join(root, 'package.json'), join(installed, 'package.json'))
  cpSync(join(inject('built'), 'sdk'), join(installed, 'dist/sdk'), { recursive: true })
  writeFileSync(join(folder, 'package.json'), '{"type": "module"}')
  return folder
}

test('on a server it does nothing, and nothing goes wrong', async () => {
  const folder = project()
  writeFileSync(
    join(folder, 'server.js'),
    `import { alephbetStorage, count, decide, experiment, gimel, goal, reward, start } from 'graupel'
     await start({ host: 'https://count.example', site: 1 })
     count('thing')
     reward('headline')
     const shown = []
     const signup = goal('signup')
     const variants = { blue: { activate: () => shown.push('blue') }, red: { activate: () => shown.push('red') } }
     const made = experiment({ name: 'button', variants, goals: [signup], storage_adapter: alephbetStorage() })
     signup.complete()
     gimel('https://count.example/track')
     console.log(JSON.stringify([await decide('headline', ['short', 'long'], { within: 10 }), made.variant ?? null, shown]))`,
  )
  const { stdout } = await run(process.execPath, ['server.js'], { cwd: folder })
  expect(JSON.parse(stdout)).toEqual([{ option: 'short', propensity: null, id: null }, null, []])
})

test.each([
  ['bundler', 'ESNext'],
  ['nodenext', 'NodeNext'],
])('its types are found by %s, and refuse what it refuses', async (moduleResolution, module) => {
  const folder = project()
  writeFileSync(
    join(folder, 'page.ts'),
    `import { decide, experiment, gimel, goal, reward, start, type Decision } from 'graupel'
     void start({ host: 'https://count.example', site: 1 })
     const decision: Decision<'short' | 'long'> = await decide('headline', ['short', 'long'], { dimensions: { country: 'SE' } })
     reward('headline', { earned: 3 }, decision.option)
     const { variant } = experiment({ name: 'b', variants: { a: {} }, goals: [goal('g')], tracking_adapter: gimel('/track') })
     // @ts-expect-error
     const other: Decision<'short'> = await decide('headline', ['short', 'long'])
     // @ts-expect-error
     experiment({ name: 'b' })
     console.log(variant, other)`,
  )
  const tsc = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin/tsc')
  const flags = ['--strict', '--noEmit', '--types', '', '--target', 'ES2022', '--lib', 'ES2022,DOM']
  const words = ['page.ts', ...flags, '--module', module, '--moduleResolution', moduleResolution]
  const { stdout } = await run(process.execPath, [tsc, ...words], { cwd: folder }).catch((error) => error)
  expect(stdout).toBe('')
})
