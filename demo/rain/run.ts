/** `npm run rain`: what README.md beside this folder tells of. */
import { join } from 'node:path'
import { root } from '../../sdk/cli/home'
import { command } from './command'

await command(process.argv.slice(2), join(root, 'dist/cli/graupel.js'))
