/** One of several deploys that all find no secrets at the same moments; prints the ones it goes on with. */
import { join } from 'node:path'
import { Copy, NAMES } from '../../../sdk/cli/copy'

const [folder = '', rounds = '0', begin = '0'] = process.argv.slice(2)
/** Long enough for a round, short enough that all are in it together. */
const ROUND_MS = 40

const taken: string[] = []
for (let round = 0; round < Number(rounds); round++) {
  while (Date.now() < Number(begin) + round * ROUND_MS); // a timer would wake them one after the other
  const copy = new Copy(join(folder, String(round)))
  taken.push(...NAMES.map((name) => copy.takeOrMake(name)))
}
process.stdout.write(JSON.stringify(taken))
