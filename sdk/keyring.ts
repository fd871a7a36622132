/** Asks for the site's key, and has the page load's pair made, in good time before something is to be sealed. */
import { pair, pairSoon, renew } from './seal/pair'
import { config, script } from './tag'
import { periodsOf } from './visit'

const DAY = 86_400_000

/** Of the site's calendar: when the key was asked for, at first by the server as it wrote the script. */
let day: number | undefined

export const prepare = async (): Promise<void> => {
  const [today] = periodsOf()
  // A browser that restores its tabs takes the script from its cache, however old it is.
  day ??= ((config[6] + config[3]) / DAY) | 0
  if (day !== today) {
    day = today
    renew()
    // A key works for a week at least, but a page may stay open for longer. Beside `…/SITE.js` lies `…/SITE.json`.
    Object.assign(config, await (await fetch(script + 'on')).json())
  }
  if (!pair) await pairSoon()
}
