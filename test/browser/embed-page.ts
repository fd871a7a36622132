/** A page of somebody else's, on a host of its own, with whatever stands in it and whatever policy it has. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { BrowserContextOptions, Page } from 'playwright-core'
import { onTestFinished } from 'vitest'
import { launch } from './beacon-site'

export interface Content {
  body: string
  head?: string
  /** Its Content-Security-Policy. */
  policy?: string
  /** Its Referrer-Policy. */
  referrer?: string
}

/** Every path answers the same; the name that is before the port is the page's host. */
export async function servePage(
  { body, head = '', policy, referrer }: Content,
  host = 'blog.example',
): Promise<string> {
  const server = createServer((_, response) => {
    response.writeHead(200, {
      'Content-Type': 'text/html; charset=utf-8',
      ...(policy && { 'Content-Security-Policy': policy }),
      ...(referrer && { 'Referrer-Policy': referrer }),
    })
    response.end(`<!doctype html><html lang="en"><head>${head}</head><body>${body}</body></html>`)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close().closeAllConnections())
  const { port } = server.address() as AddressInfo
  return `http://${host}:${port}`
}

export interface Visit {
  page: Page
  /** What went wrong in the page, what the console said, and the addresses asked. */
  errors: string[]
  lines: string[]
  asked: string[]
}

export async function visit(url: string, options: BrowserContextOptions = {}): Promise<Visit> {
  const browser = await launch()
  onTestFinished(() => browser.close())
  const page = await browser.newPage(options)
  const seen: Visit = { page, errors: [], lines: [], asked: [] }
  page.on('pageerror', (error) => seen.errors.push(String(error)))
  page.on('console', (message) => seen.lines.push(message.text()))
  page.on('request', (request) => seen.asked.push(request.url()))
  await page.goto(url)
  return seen
}
