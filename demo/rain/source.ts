/** What brings a session, as the script tells it: the referrer's host and path, then the campaign of the page it came to. */
import type { Weighted } from './chance'

export interface Source {
  /** As the server will call it. */
  name: string
  /** `host/path?utm_source=…`; empty where nobody's link brought it. */
  referrer: string
}

const link = (name: string, path = '/', host = name): Source => ({ name, referrer: host + path })

/** What is paid for, or sent, says so by itself. Of a click's id the script keeps the bare name. */
const campaign = (name: string, words: string, referrer = ''): Source => ({
  name,
  referrer: `${referrer}?utm_source=${name}&${words}`,
})

export const SOURCES: Weighted<Source> = [
  [{ name: 'direct', referrer: '' }, 27],
  [link('google.com', '/', 'www.google.com'), 30],
  [link('bing.com', '/', 'www.bing.com'), 4],
  [link('duckduckgo.com'), 3],
  [link('instagram.com', '/', 'www.instagram.com'), 6],
  [link('l.facebook.com'), 3],
  [link('t.co'), 2],
  [link('reddit.com', '/r/gloves/', 'www.reddit.com'), 2],
  [link('weather.example', '/hail/'), 4],
  [link('stormwatch.example', '/gear', 'www.stormwatch.example'), 3],
  [link('blog.icefall.example', '/2026/warm-hands'), 2],
  [campaign('newsletter', 'utm_medium=email&utm_campaign=first-frost'), 5],
  [campaign('newsletter', 'utm_medium=email&utm_campaign=back-in-stock'), 2],
  [campaign('google', 'utm_medium=cpc&utm_campaign=warm-hands&gclid', 'www.google.com/'), 5],
  [campaign('instagram', 'utm_medium=paid&utm_campaign=hail-season', 'www.instagram.com/'), 2],
]
