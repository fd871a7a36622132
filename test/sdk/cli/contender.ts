/** One of several processes that all want the same folders at the same moments; prints those that it got. */
import { join } from 'node:path'
import { take } from '../../../sdk/cli/lock'

const [folder = '', rounds = '0', begin = '0'] = process.argv.slice(2)
/** Long enough for a round, short enough that all are in it together. */
const ROUND_MS = 10

const won: number[] = []
for (let round = 0; round < Number(rounds); round++) {
  while (Date.now() < Number(begin) + round * ROUND_MS); // a timer would wake them one after the other
  if (take(join(folder, String(round)), process.pid).pid === process.pid) won.push(round)
}
process.stdout.write(JSON.stringify(won))
// Until it is ended: a winner that left would make room for the next.
process.stdin.resume()
