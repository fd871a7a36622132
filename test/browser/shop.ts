/**
 * A shop whose pages stand on one host and are counted by a real server on another, with a network between that fails
 * as a test wants. Names below `.example` lead to this machine (see beacon-site), and have no secure context.
 */
import { createServer, type IncomingMessage, request as ask, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { FaultyProxy } from '../faults/proxy'
import { graph, type Made, makeSite } from '../flow/api'
import type { Server } from '../flow/server'

export interface Shop extends Made {
  /** Where its pages are: `http://shop.example:…`. Each path is one. */
  pages: string
  /** What stands between a browser and the server. */
  proxy: FaultyProxy
  /** What its pages' head holds, and their policy. COUNT is the server as a browser sees it, SITE the site's number. */
  page: { head: string; policy?: string }
  /** Views by page path, as the site's read key is told. */
  counted(): Promise<Record<string, number>>
  /** Views by hour, oldest first, empty hours left out. */
  hours(): Promise<[start: number, views: number][]>
  close(): Promise<void>
}

/** Under these the shop's own host hands on to the server. */
export const OWN_PREFIXES = { script: 'js', pixel: 'dots' }
export const TAG = '<script defer src="COUNT/b/SITE.js"></script>'
export const OWN_TAG = `<script defer src="/${OWN_PREFIXES.script}/SITE.js"></script>`

export async function openShop(server: Server, settings: Record<string, unknown> = {}): Promise<Shop> {
  const made = await makeSite(server, settings)
  const proxy = await new FaultyProxy(() => server.origin, { seed: made.site, paths: /^\/(p|dots)\// }).open()
  const page: Shop['page'] = { head: TAG }
  const filled = (text: string) =>
    text.replaceAll('COUNT', proxy.address('count.example')).replaceAll('SITE', String(made.site))

  function show(response: ServerResponse): void {
    response.writeHead(200, {
      'Content-Type': 'text/html; charset=utf-8',
      ...(page.policy && { 'Content-Security-Policy': filled(page.policy) }),
    })
    response.end(`<!doctype html><head>${filled(page.head)}</head><body>a page</body>`)
  }
  function handOn(request: IncomingMessage, response: ServerResponse): void {
    const { method = 'GET', url, headers } = request
    const onward = ask(`${proxy.address()}${url}`, { method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.rawHeaders)
      answer.pipe(response)
    })
    request.pipe(onward.on('error', () => response.destroy()))
  }
  const pages = createServer((request, response) =>
    /^\/(js|dots)\//.test(request.url ?? '') ? handOn(request, response) : show(response),
  )
  await new Promise<void>((resolve) => pages.listen(0, '127.0.0.1', resolve))
  const host = `shop.example:${(pages.address() as AddressInfo).port}` // It listens on a port, not on a pipe.
  const asked = { origin: server.origin, admin: made.keys.read }

  return {
    ...made,
    pages: `http://${host}`,
    proxy,
    page,
    async counted() {
      const dimension = JSON.stringify(['page', host])
      const { series } = await graph(asked, made.site, { dimension, depth: '1', limit: '1000', period: '7d' })
      const children = series.filter((each) => each.dimension.length > 2 && each.total)
      return Object.fromEntries(children.map((each) => [each.dimension[2], each.total]))
    },
    async hours() {
      const { series } = await graph(asked, made.site, { interval: 'hour', period: '30d' })
      return series[0]!.points.filter(([, views]) => views)
    },
    async close() {
      pages.close().closeAllConnections()
      await proxy.close()
    },
  }
}
