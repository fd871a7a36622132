/** What visitors look with, and what crawlers call themselves: texts as they are seen in logs. */

export interface Agent {
  text: string
  /** As the server will call it, by the text alone. */
  browser: string
  /** Viewport widths, CSS pixels. */
  widths: readonly number[]
}

const DESKTOP = [1280, 1440, 1536, 1920]
const PHONE = [360, 390, 393, 412, 430]
const WINDOWS = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64)'
const MAC = 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)'
const CHROME = 'AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0'
const SAFARI = 'AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0'

export const AGENTS = {
  chromeWindows: { text: `${WINDOWS} ${CHROME} Safari/537.36`, browser: 'Chrome', widths: DESKTOP },
  edgeWindows: { text: `${WINDOWS} ${CHROME} Safari/537.36 Edg/142.0.0.0`, browser: 'Edge', widths: DESKTOP },
  firefoxWindows: {
    text: 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0',
    browser: 'Firefox',
    widths: DESKTOP,
  },
  chromeMac: { text: `${MAC} ${CHROME} Safari/537.36`, browser: 'Chrome', widths: DESKTOP },
  safariMac: { text: `${MAC} ${SAFARI} Safari/605.1.15`, browser: 'Safari', widths: DESKTOP },
  firefoxLinux: {
    text: 'Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0',
    browser: 'Firefox',
    widths: DESKTOP,
  },
  iphone: {
    text: `Mozilla/5.0 (iPhone; CPU iPhone OS 18_7 like Mac OS X) ${SAFARI} Mobile/15E148 Safari/604.1`,
    browser: 'Safari',
    widths: PHONE,
  },
  ipad: {
    text: `Mozilla/5.0 (iPad; CPU OS 18_7 like Mac OS X) ${SAFARI} Mobile/15E148 Safari/604.1`,
    browser: 'Safari',
    widths: [820, 1024],
  },
  android: {
    text: `Mozilla/5.0 (Linux; Android 10; K) ${CHROME} Mobile Safari/537.36`,
    browser: 'Chrome',
    widths: PHONE,
  },
  samsung: {
    text: 'Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/29.0 Chrome/136.0.0.0 Mobile Safari/537.36',
    browser: 'Samsung Internet',
    widths: PHONE,
  },
} satisfies Record<string, Agent>

export type AgentName = keyof typeof AGENTS

/** Some run a page's script before they go on; all of them say what they are. */
export const BOTS = [
  'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)',
  'Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm) Chrome/116.0.1938.76 Safari/537.36',
  'Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; GPTBot/1.2; +https://openai.com/gptbot)',
  'Mozilla/5.0 (compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)',
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/142.0.0.0 Safari/537.36',
] as const
