/** The script without decisions, as it was before it had any: what they cost is weighed against it. */
import { type Count, count, notice } from '../../sdk/notice'
import { quietly } from '../../sdk/quietly'
import { read } from '../../sdk/tag'

declare const window: { graupel?: { count: Count; q?: Parameters<Count>[] } }

void quietly(() => {
  window.graupel = { ...window.graupel, count }
  read()
  notice()
  window.graupel.q?.forEach((call) => count(...call))
})()
