/** The script tag's entry. `<script defer src="https://HOST/b/SITE.js"></script>` is all that a page needs. */
import { type Count, count, notice } from './notice'
import { quietly } from './quietly'
import { read } from './tag'

declare global {
  interface Window {
    /** `q` holds the calls of a page that could not wait for the script. */
    graupel?: { count?: Count; q?: Parameters<Count>[] }
  }
}

void quietly(() => {
  window.graupel = { ...window.graupel, count }
  read()
  notice()
  window.graupel.q?.forEach((call) => count(...call))
})()
