/** The script tag's entry. `<script defer src="https://HOST/b/SITE.js"></script>` is all that a page needs. */
import { type Count, count, notice } from './notice'
import type { Config } from './seal/pair'

/** Stands once in the built text, where the server puts its values. */
declare const GRAUPEL_CONFIG: Config

declare global {
  interface Window {
    /** `q` holds the calls of a page that could not wait for the script. */
    graupel?: { count?: Count; q?: Parameters<Count>[] }
  }
}

try {
  const waiting = window.graupel?.q
  const script = document.currentScript as HTMLScriptElement // This is one; in a module there is none, which throws.
  window.graupel = { count }
  notice(GRAUPEL_CONFIG, script.dataset, script.src)
  waiting?.forEach((call) => count(...call))
} catch {}
