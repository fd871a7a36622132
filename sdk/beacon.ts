/** The script tag's entry. `<script defer src="https://HOST/b/SITE.js"></script>` is all that a page needs. */
import { type Decide, decide, type Reward, reward } from './decide'
import { experiment, goal } from './later'
import type { Later } from './module'
import { type Count, count, notice } from './notice'
import { quietly } from './quietly'
import { read } from './tag'

declare global {
  interface Window {
    graupel?: Partial<Later> & {
      count?: Count
      decide?: Decide
      reward?: Reward
      /** What a page that could not wait for the script wants: calls of `count`, or functions. */
      q?: (Parameters<Count> | (() => unknown))[]
    }
  }
}

void quietly(() => {
  window.graupel = { ...window.graupel, count, decide, reward, experiment, goal }
  read()
  notice()
  window.graupel.q?.forEach((call) => ('map' in call ? count(...call) : call()))
})()
