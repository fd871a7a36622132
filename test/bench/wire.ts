/** The script's size, and what a pageview costs on the wire: as a real browser sends it, written down byte by byte. */
import { findChrome } from '../chrome'
import { heardOf, ownOf, urlOf } from '../browser/heard'
import { brotli, built, SEAL } from '../sdk/built'
import type { Figure } from './figure'

/** Decisions are to come: with them it may have 3,000. */
const SCRIPT_BUDGET = 2_650
const SEAL_BUDGET = 1_200
const VIEW_BUDGET = 480
const URL_BUDGET = 260

export async function measureWire(): Promise<{ figures: Figure[] }> {
  const script = await built()
  const sizes: Figure[] = [
    { name: 'the script, brotli 11', value: brotli(script), unit: 'B', budget: SCRIPT_BUDGET },
    { name: 'sealing and wire of it', value: brotli(await built(SEAL)), unit: 'B', budget: SEAL_BUDGET },
  ]
  if (!findChrome()) throw new Error('no browser; GRAUPEL_CHROME names one')
  const { requests, counted } = await heardOf(script)
  const view = counted.find((request) => !request.startsWith('OPTIONS ')) ?? ''
  const note = `of which this browser’s name and languages are ${view.length - ownOf(view).length}`
  const preflights = requests.filter((request) => request.startsWith('OPTIONS ')).length
  return {
    figures: [
      ...sizes,
      { name: 'requests of a pageview', value: counted.length - preflights, unit: '', budget: 1 },
      { name: 'preflights of a pageview', value: preflights, unit: '', budget: 0 },
      { name: 'a pageview with headers', value: view.length, unit: 'B', budget: VIEW_BUDGET, note },
      { name: 'URL of a typical pageview', value: urlOf(view).length, unit: 'characters', budget: URL_BUDGET },
    ],
  }
}
