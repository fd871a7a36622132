/** The `graupel` command: one verb a file, each adding itself. */
import { Command } from 'commander'
import { addDeploy } from './deploy'
import { addForward } from './forward'
import { version } from './home'
import { addKeys } from './keys'
import { addLogin } from './login'
import { addMint } from './mint'
import { addStart } from './start'
import { Stop } from './stop'

const EXAMPLE = `
Example
  $ npx graupel start      counts at http://127.0.0.1:8787, data in ./.graupel`

const program = new Command('graupel')
  .description('Counts what happens on websites, exactly once.')
  .version(version)
  .addHelpText('after', EXAMPLE)

addStart(program)
addLogin(program)
addMint(program)
addKeys(program)
addForward(program)
addDeploy(program)

try {
  await program.parseAsync()
} catch (error) {
  if (!(error instanceof Stop)) throw error
  console.error(`graupel: ${error.message}`)
  process.exit(1)
}
