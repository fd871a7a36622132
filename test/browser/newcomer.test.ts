/** The README's first steps, taken word by word: what it tells a newcomer to type and to save. */
import { spawn } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { chromium } from 'playwright-core'
import { expect, inject, onTestFinished, test } from 'vitest'
import { findChrome } from '../chrome'
import { environment, type Ran } from '../flow/command'
import { startLauncher, temporaryFolder } from '../flow/server'
import { root } from '../house/source'

const readme = readFileSync(join(root, 'README.md'), 'utf8')

/** The blocks of one kind in a section, as they stand there. */
function blocks(section: string, language: string): string[] {
  const [, text = ''] = new RegExp(`^## ${section}\\n([^]*?)(?=^## )`, 'm').exec(readme) ?? []
  return [...text.matchAll(new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\``, 'gm'))].map(([, block]) => block!)
}

/** A server on a port of its own, and the folder that its user works in. */
async function started() {
  const folder = temporaryFolder()
  const launcher = startLauncher({ GRAUPEL_DATA: join(folder, '.graupel'), PORT: '0', GRAUPEL_DEMO: '0' })
  const [, port = ''] = await launcher.says(/counts at http:\/\/127\.0\.0\.1:(\d+)/)
  const here = (text: string) => text.replaceAll('127.0.0.1:8787', `127.0.0.1:${port}`)
  return { folder, port, here }
}

/** Typed into one shell, which stops where a command fails. `npx graupel` is the build of this run, and curl draws no progress. */
function typed(lines: string, { folder, port }: { folder: string; port: string }): Promise<Ran> {
  const graupel = `npx() { shift; '${process.execPath}' '${join(inject('built'), 'cli/graupel.js')}' "$@"; }`
  const commands = [graupel, 'curl() { command curl -sS "$@"; }', lines].join('\n')
  const shell = spawn('bash', ['--norc', '-euc', commands], {
    cwd: folder,
    env: environment({ PORT: port }),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let [out, err] = ['', '']
  shell.stdout.setEncoding('utf8').on('data', (text: string) => (out += text))
  shell.stderr.setEncoding('utf8').on('data', (text: string) => (err += text))
  return new Promise((resolve) => shell.once('close', (code) => resolve({ code, out, err })))
}

test('a newcomer’s own file is counted once it is opened', async () => {
  const { here, ...place } = await started()
  const [, make = '', status = ''] = blocks('Start', 'sh')
  expect([make, status]).toEqual([expect.stringContaining('site add'), expect.stringContaining('status')])
  const [page = ''] = blocks('Start', 'html')
  const made = await typed(make, place)
  expect(made).toMatchObject({ code: 0, err: '' })
  const [tag = ''] = /<script[^>]*>/.exec(here(page)) ?? []
  const [, source] = /src="(.*?)"/.exec(made.out) ?? []
  // The page names the site by its name, the printed tag by its number.
  expect([tag, source]).toEqual([
    expect.stringContaining('/b/mine.js" data-local>'),
    expect.stringMatching(/\/b\/\d+\.js$/),
  ])

  const file = join(place.folder, 'hello.html')
  writeFileSync(file, here(page))
  const browser = await chromium.launch({
    executablePath: findChrome()!,
    args: ['--no-sandbox', '--disable-gpu', '--disable-blink-features=AutomationControlled'],
  })
  onTestFinished(() => browser.close())
  const agent = await browser.newPage().then((page) => page.evaluate(() => navigator.userAgent))
  const context = await browser.newContext({ userAgent: agent.replace('Headless', '') })
  await (await context.newPage()).goto(pathToFileURL(file).href)
  await expect.poll(async () => (await typed(status, place)).out, { timeout: 10_000 }).toMatch(/pageview +1\b/)
})

test('what the README says to type to count, to ask and to decide does what it says', async () => {
  const { here, ...place } = await started()
  const sections = ['Count', 'Ask', 'Decide'].flatMap((section) => blocks(section, 'sh'))
  const lines = [blocks('Start', 'sh')[1], ...sections].map((block) => here(block!))
  expect(lines.length).toBeGreaterThan(8)
  // Twice, as the README suggests.
  const order = lines.findIndex((block) => block.includes('order-4711'))
  lines.splice(order, 0, lines[order]!)
  const { code, out, err } = await typed(lines.join('\necho\n'), place)
  expect([code, err]).toEqual([0, ''])
  const first = out.indexOf('{"accepted":1,"duplicates":0,"refused":0}')
  expect(out.indexOf('{"accepted":0,"duplicates":1,"refused":0}')).toBeGreaterThan(first)
  expect(first).toBeGreaterThan(-1)
  expect(out.match(/\/p\/[\w-]+\.gif$/gm)).toHaveLength(5001)
  expect(out.match(/"series":\[/g)).toHaveLength(3)
  expect(out).toContain('"embed":')
  expect(out).toMatch(/\b(short|long) +1 +100/)
  expect(out).not.toContain('problem')
})
