import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { prepareDemo } from '../../sdk/cli/demo'
import { call } from './api'
import { startServer, temporaryFolder } from './server'

/** Pages that use every name, and a file that is no text. */
function somePages(): string {
  const folder = temporaryFolder()
  writeFileSync(join(folder, 'index.html'), '<p>{{site}} {{prefix}} {{pixel}} {{share}}</p>')
  writeFileSync(join(folder, 'list.pdf'), Uint8Array.of(0x25, 0xff, 0x00, 0xfe))
  return folder
}

async function prepared(pages = somePages()) {
  const server = await startServer({ env: { GRAUPEL_DEMO: '1' } })
  const prepare = () =>
    prepareDemo({ origin: server.origin, shown: server.origin, token: server.admin }, server.dataFolder, pages)
  const page = () => readFileSync(join(server.dataFolder, 'demo/index.html'), 'utf8')
  return { server, prepare, page, path: await prepare() }
}

test('makes a site, a pixel and a share, and fills them into the pages', async () => {
  const { server, page, path } = await prepared()
  expect(path).toBe('/demo/')
  const [, site, pixel, share] = /<p>(\d+) \/demo (\/p\/[\w-]+\.gif) ([\w-]+)<\/p>/.exec(page())!
  const { body } = await call<{ sites: { site: number; name: string }[] }>(server, 'GET', '/api/sites')
  expect(body.sites).toMatchObject([{ site: Number(site), name: 'demo' }])

  const served = await (await fetch(`${server.origin}/demo/`)).text()
  expect(served).toBe(page())
  expect((await fetch(`${server.origin}${pixel}?dollars=12.5&order=1`)).status).toBe(200)
  const shared = await fetch(`${server.origin}/graph?share=${share}&site=${site}&type=order&metric=dollars&period=24h`)
  const graph = (await shared.json()) as { series: { total: number }[] }
  expect(graph.series[0]?.total).toBe(12.5)
})

test('copies what is no text byte for byte', async () => {
  const { server } = await prepared()
  const bytes = readFileSync(join(server.dataFolder, 'demo/list.pdf'))
  expect([...bytes]).toEqual([0x25, 0xff, 0x00, 0xfe])
})

test('makes nothing twice, and all anew for another site', async () => {
  const { server, prepare, page } = await prepared()
  const first = page()
  await prepare()
  expect(page()).toBe(first)

  const [, site] = /<p>(\d+)/.exec(first)!
  await call(server, 'DELETE', `/api/sites/${site}`)
  await prepare()
  expect(page()).not.toContain(site)
  expect(readdirSync(server.dataFolder).filter((name) => name.startsWith('demo.json'))).toEqual(['demo.json'])
})

test('makes them anew where the site’s pixels were revoked', async () => {
  const { server, prepare, page } = await prepared()
  const first = page()
  const [, site] = /<p>(\d+)/.exec(first)!
  await call(server, 'POST', `/api/sites/${site}/keys`, { revoke: 'pixel' })
  await prepare()
  expect(page()).toContain(site)
  expect(page()).not.toBe(first)
})

test('says which page asks for what is not there', async () => {
  const pages = temporaryFolder()
  mkdirSync(join(pages, 'deep'))
  writeFileSync(join(pages, 'deep/index.html'), '{{sitee}}')
  await expect(prepared(pages)).rejects.toThrow('deep/index.html asks for {{sitee}}')
})
