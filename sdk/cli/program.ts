/** What `graupel` can be told: one verb a file, each adding itself. It ends nothing and prints no mistake; who runs it does. */
import { Command } from 'commander'
import { addCount } from './count'
import { addDeploy } from './deploy'
import { addDoctor } from './doctor'
import { addExperiment } from './experiment'
import { addExplain } from './explain'
import { addForward } from './forward'
import { version } from './home'
import { addKeys } from './keys'
import { addLogin } from './login'
import { addMint } from './mint'
import { addOpe } from './ope'
import { addSite } from './site'
import { addStart } from './start'
import { addStatus } from './status'

const HELP = `
It ends with 0 when it is done, 1 where something could not be done or is wrong, 2 where the command itself can't be read.

Examples
  $ npx graupel start           counts at http://127.0.0.1:8787, data in ./.graupel
  $ npx graupel site add shop   makes a site, and prints the line for its pages
  $ npx graupel status --watch  shows what comes in
  $ npx graupel help mint       all that a verb can be told`

export function graupel(): Command {
  const program = new Command('graupel')
    .description('Counts what happens on websites, exactly once.')
    .version(version)
    .addHelpText('after', HELP)
    // Before the verbs, which take these over.
    .exitOverride()
    .configureOutput({ outputError: () => {} })
  addStart(program)
  addLogin(program)
  addSite(program)
  addCount(program)
  addStatus(program)
  addMint(program)
  addExplain(program)
  addDoctor(program)
  addExperiment(program)
  addOpe(program)
  addForward(program)
  addKeys(program)
  addDeploy(program)
  return program
}
