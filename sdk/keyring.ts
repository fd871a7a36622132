/** Asks for the site's key, and has the page load's pair made, in good time before something is to be sealed. */
import { pair, pairSoon, renew } from './seal/pair'
import { config, script } from './tag'
import { periodsOf } from './visit'

let day: number | undefined

export const prepare = async (): Promise<void> => {
  const [today] = periodsOf()
  day ??= today
  if (day !== today) {
    day = today
    renew()
    // A key works for a week at least, but a page may stay open for longer. Beside `…/SITE.js` lies `…/SITE.json`.
    Object.assign(config, await (await fetch(script + 'on')).json())
  }
  if (!pair) await pairSoon()
}
