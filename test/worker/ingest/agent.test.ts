import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { agentOf, agentRefusal } from '../../../worker/ingest/agent'
import type { Hints } from '../../../worker/ingest/hints'
import { hintsOf } from '../../../worker/ingest/hints'

const KHTML = 'AppleWebKit/537.36 (KHTML, like Gecko)'
const WINDOWS = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64)'
const MAC = 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)'
const IPHONE = 'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)'
const CHROME = 'Chrome/126.0.0.0 Safari/537.36'
const brands = (...list: [string, number][]) => list.map(([name, v]) => `"${name}";v="${v}"`).join(', ')
const GREASE: [string, number] = ['Not/A)Brand', 8]

const said = (userAgent: string, hints?: Hints) => {
  const { browser, browserVersion = '', os, osVersion = '', device } = agentOf(userAgent, hints)
  return [browser, browserVersion, os, osVersion, device].join('|')
}

describe('an agent without hints', () => {
  test.each([
    [`${WINDOWS} ${KHTML} ${CHROME}`, 'Chrome|126|Windows|10 or 11|desktop'],
    [`${WINDOWS} ${KHTML} ${CHROME} Edg/126.0.0.0`, 'Edge|126|Windows|10 or 11|desktop'],
    [`${WINDOWS} ${KHTML} ${CHROME} OPR/111.0.0.0`, 'Opera|111|Windows|10 or 11|desktop'],
    [`${WINDOWS.replace(')', '; rv:127.0)')} Gecko/20100101 Firefox/127.0`, 'Firefox|127|Windows|10 or 11|desktop'],
    ['Mozilla/5.0 (Windows NT 6.1; WOW64; Trident/7.0; rv:11.0) like Gecko', 'IE|11|Windows|7|desktop'],
    [`${MAC} AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Safari/605.1.15`, 'Safari|17|macOS||desktop'],
    [
      'Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:127.0) Gecko/20100101 Firefox/127.0',
      'Firefox|127|macOS||desktop',
    ],
    [`Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) ${KHTML} ${CHROME}`, 'Chrome|126|ChromeOS||desktop'],
    ['Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0', 'Firefox|127|Linux||desktop'],
    ['Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0', 'Firefox|127|Ubuntu||desktop'],
    [`Mozilla/5.0 (Linux; Android 10; K) ${KHTML} Chrome/126.0.0.0 Mobile Safari/537.36`, 'Chrome|126|Android||mobile'],
    [`Mozilla/5.0 (Linux; Android 10; K) ${KHTML} ${CHROME}`, 'Chrome|126|Android||tablet'],
    ['Mozilla/5.0 (Android 14; Mobile; rv:127.0) Gecko/127.0 Firefox/127.0', 'Firefox|127|Android|14|mobile'],
    [
      `Mozilla/5.0 (Linux; Android 14; SM-S918B) ${KHTML} SamsungBrowser/25.0 Chrome/121.0.0.0 Mobile Safari/537.36`,
      'Samsung Internet|25|Android|14|mobile',
    ],
    [`${IPHONE} Version/17.5 Mobile/15E148 Safari/604.1`, 'Safari|17|iOS|17|mobile'],
    [`${IPHONE.replace('17_5', '18_6')} Version/26.1 Mobile/15E148 Safari/604.1`, 'Safari|26|iOS|26|mobile'],
    [`${IPHONE} CriOS/126.0.6478.54 Mobile/15E148 Safari/604.1`, 'Chrome|126|iOS|17|mobile'],
    [`${IPHONE} Mobile/15E148 [FBAN/FBIOS;FBAV/464.0.0.36;FBDV/iPhone15,2]`, 'Facebook|464|iOS|17|mobile'],
    [
      `${IPHONE.replace('iPhone; CPU iPhone OS', 'iPad; CPU OS')} Version/17.5 Mobile/15E148 Safari/604.1`,
      'Safari|17|iOS|17|tablet',
    ],
    [
      `Mozilla/5.0 (SMART-TV; Linux; Tizen 6.0) ${KHTML} SamsungBrowser/4.0 Chrome/76.0 TV Safari/537.36`,
      'Samsung Internet|4|Tizen|6|tv',
    ],
    [
      'Mozilla/5.0 (PlayStation; PlayStation 5/6.50) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/15.4 Safari/605.1.15',
      'Safari|15|PlayStation|5|console',
    ],
    ['nobody/1', 'unknown||unknown||unknown'],
  ])('%s', (userAgent, expected) => {
    expect(said(userAgent)).toBe(expected)
  })
})

describe('hints', () => {
  const chrome = `${WINDOWS} ${KHTML} ${CHROME}`
  const android = `Mozilla/5.0 (Linux; Android 10; K) ${KHTML} Chrome/126.0.0.0 Mobile Safari/537.36`
  test.each<[string, string, Hints, string]>([
    [
      'tell Brave from Chrome',
      chrome,
      { brands: brands(GREASE, ['Chromium', 126], ['Brave', 126]), platform: '"Windows"' },
      'Brave|126|Windows|10 or 11|desktop',
    ],
    [
      'know that Chromium is Chromium',
      chrome,
      { brands: brands(['Chromium', 126], GREASE) },
      'Chromium|126|Windows|10 or 11|desktop',
    ],
    [
      'call Google Chrome Chrome',
      chrome,
      { brands: brands(['Google Chrome', 127], GREASE) },
      'Chrome|127|Windows|10 or 11|desktop',
    ],
    [
      'know every spelling of no brand',
      chrome,
      {
        brands:
          '" Not A;Brand";v="99", "Not;A=Brand";v="24", "Not_A Brand";v="8", "Not(A:Brand";v="1", "Microsoft Edge";v="126"',
      },
      'Edge|126|Windows|10 or 11|desktop',
    ],
    [
      'leave the text its more special name',
      `Mozilla/5.0 (Linux; Android 13; wv) ${KHTML} Version/4.0 ${CHROME} [FB_IAB/FB4A;FBAV/464.0;]`,
      { brands: brands(['Android WebView', 126]) },
      'Facebook|464|Android|13|tablet',
    ],
    [
      'know Windows 11',
      chrome,
      { platform: '"Windows"', platformVersion: '"15.0.0"' },
      'Chrome|126|Windows|11|desktop',
    ],
    [
      'know Windows 10',
      chrome,
      { platform: '"Windows"', platformVersion: '"10.0.0"' },
      'Chrome|126|Windows|10|desktop',
    ],
    [
      'know the macOS behind 10_15_7',
      `${MAC} ${KHTML} ${CHROME}`,
      { platform: '"macOS"', platformVersion: '"14.5.0"' },
      'Chrome|126|macOS|14|desktop',
    ],
    [
      'know the Android behind 10; K',
      android,
      { platform: '"Android"', platformVersion: '"15.0.0"', mobile: '?1' },
      'Chrome|126|Android|15|mobile',
    ],
    [
      'know a tablet that asks for desktop pages',
      `Mozilla/5.0 (X11; Linux x86_64) ${KHTML} ${CHROME}`,
      { platform: '"Android"', mobile: '?0' },
      'Chrome|126|Android||tablet',
    ],
    [
      'do not take a distribution its name',
      'Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0',
      { platform: '"Linux"' },
      'Firefox|127|Ubuntu||desktop',
    ],
    [
      'of nonsense change nothing',
      chrome,
      { brands: '"";;v', platform: 'constructor', mobile: '?7' },
      'Chrome|126|Windows|10 or 11|desktop',
    ],
    [
      'of another nonsense change nothing',
      chrome,
      { brands: '', platform: '"__proto__"' },
      'Chrome|126|Windows|10 or 11|desktop',
    ],
  ])('%s', (_, userAgent, hints, expected) => {
    expect(said(userAgent, hints)).toBe(expected)
  })

  test('are part of what is remembered', () => {
    expect(agentOf(chrome).osVersion).toBe('10 or 11')
    expect(agentOf(chrome, { platform: '"Windows"', platformVersion: '"15"' }).osVersion).toBe('11')
    expect(agentOf(chrome)).toBe(agentOf(chrome, {}))
  })

  test('come from their headers', () => {
    const headers = new Headers({ 'Sec-CH-UA': 'a', 'Sec-CH-UA-Mobile': '?1', 'Sec-CH-UA-Platform': '"macOS"' })
    expect(hintsOf((name) => headers.get(name) ?? undefined)).toEqual({
      brands: 'a',
      mobile: '?1',
      platform: '"macOS"',
      platformVersion: undefined,
    })
  })
})

describe('a bot', () => {
  test.each([
    ['Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)', 'bot'],
    ['Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; GPTBot/1.2; +https://openai.com/gptbot)', 'bot'],
    ['Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko); compatible; ClaudeBot/1.0', 'bot'],
    ['curl/8.5.0', 'bot'],
    ['python-requests/2.31', 'bot'],
    [`Mozilla/5.0 (X11; Linux x86_64) ${KHTML} HeadlessChrome/126.0.0.0 Safari/537.36`, 'bot'],
    [`${WINDOWS} ${KHTML} ${CHROME}`, undefined],
    [`${IPHONE} Version/17.5 Mobile/15E148 Safari/604.1`, undefined],
    ['', 'no-agent'],
    ['   ', 'no-agent'],
    [undefined, 'no-agent'],
  ])('%s is refused as %s', (userAgent, reason) => {
    expect(agentRefusal(agentOf(userAgent))).toBe(reason)
  })

  test('keeps what gave it away', () => {
    expect(agentOf('Mozilla/5.0 (compatible; Googlebot/2.1)').bot).toMatch(/Googlebot/i)
  })
})

describe('a mail service that fetches images', () => {
  test.each([
    'Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)',
    'YahooMailProxy; https://help.yahoo.com/kb/yahoo-mail-proxy-SLN28749.html',
  ])('is a mail proxy, not a browser: %s', (userAgent) => {
    expect(agentOf(userAgent)).toEqual({ browser: 'mail-proxy', os: 'unknown', device: 'unknown' })
  })
})

test('takes any agent and any hints without throwing, and gives names', () => {
  const text = fc.string({ unit: 'binary', maxLength: 60 })
  fc.assert(
    fc.property(text, text, text, text, (userAgent, list, platform, platformVersion) => {
      const agent = agentOf(userAgent, { brands: list, platform, platformVersion })
      for (const name of [agent.browser, agent.os, agent.device]) expect(typeof name).toBe('string')
    }),
  )
})

test('cuts an endless agent before it looks', () => {
  const began = performance.now()
  agentOf(`Mozilla/5.0 (${'Linux; '.repeat(100_000)})`)
  expect(performance.now() - began).toBeLessThan(200)
})
