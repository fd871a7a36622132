/** The `graupel` command: runs what it is told, and says in its exit code how that went. */
import { CommanderError } from 'commander'
import { graupel } from './program'
import { complain, endWithReader } from './say'
import { Stop, Usage } from './stop'

const DONE = 0
const WRONG = 1
const UNREADABLE = 2

function codeOf(error: unknown): number {
  if (error instanceof CommanderError) return codeOfWords(error)
  if (!(error instanceof Stop)) throw error
  complain(error.message)
  return error instanceof Usage ? UNREADABLE : WRONG
}

/** Help and version that were asked for end the parsing too. Help that was not stands where a verb is missing. */
function codeOfWords({ code, exitCode, message }: CommanderError): number {
  if (exitCode === 0) return DONE
  if (code !== 'commander.help') complain(message.replace(/^error: /, ''))
  return UNREADABLE
}

/** Commander's `help` reads one word; `help site add` is `site add --help`. */
const readable = (words: string[]): string[] =>
  words[0] === 'help' && words.length > 2 ? [...words.slice(1), '--help'] : words

endWithReader()
try {
  await graupel().parseAsync(readable(process.argv.slice(2)), { from: 'user' })
} catch (error) {
  process.exit(codeOf(error))
}
