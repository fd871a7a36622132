/**
 * How a verb speaks: in lines to people, or with --json in one document a line to programs, and never in both at once.
 * What went wrong goes to stderr in the same way. Colours are for terminals; NO_COLOR and FORCE_COLOR are obeyed.
 */
import { styleText } from 'node:util'
import type { Command } from 'commander'

export interface Spoken {
  json?: true
}

/** Gives a verb its `--json`; `shape` says in a few words what that prints. */
export const speaks = (command: Command, shape = 'the answer as JSON'): Command => command.option('--json', shape)

/** The answer, or one of several: a document, and the lines that tell it to people. */
export function say({ json }: Spoken, document: unknown, lines: () => string | readonly string[]): void {
  if (json) console.log(JSON.stringify(document))
  else for (const line of [lines()].flat()) console.log(painted(line))
}

/** Controls, and marks that turn the direction of what follows: with them a name could look like another, or like a verdict. */
const COMMAND = String.raw`[\p{Cc}\u202a-\u202e\u2066-\u2069]`
/** What `paint` writes. */
const PAINT = String.raw`\u001b\[(?:1|22?|3[12369])m`
const OF_OTHERS = new RegExp(String.raw`(?!\n)${COMMAND}`, 'gu')
const UNPAINTED = new RegExp(String.raw`(?!\n|${PAINT})${COMMAND}`, 'gu')

/** What somebody else wrote may hold more than letters, and a terminal obeys what it is shown. */
export const plain = (text: string): string => text.replaceAll(OF_OTHERS, '\ufffd')

/** The same of a line that has its colours already: the last door, past which no text of a server's goes as it came. */
export const painted = (line: string): string => line.replaceAll(UNPAINTED, '\ufffd')

/** On stderr, so that what is piped on stays what was asked for. */
export function complain(message: string, isJson = speaksJson()): void {
  console.error(isJson ? JSON.stringify({ error: message }) : plain(`graupel: ${message}`))
}

/** Asked of the words themselves: an option that can't be read is told before any verb has seen its own. */
function speaksJson(): boolean {
  const words = process.argv.slice(2)
  const end = words.indexOf('--')
  return words.slice(0, end < 0 ? undefined : end).includes('--json')
}

type Style = 'bold' | 'dim' | 'red' | 'yellow' | 'green' | 'cyan'

export const paint = (style: Style, text: string): string => styleText(style, text, { stream: process.stdout })

/** Whoever read this has seen enough (`| head`): nothing is left to say, and nothing is wrong. */
function endAtBrokenPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error
  process.exit()
}

export const endWithReader = (): void => void process.stdout.on('error', endAtBrokenPipe)

/** A server goes on when nobody listens to it any more. */
export const outliveReader = (): void =>
  void process.stdout.off('error', endAtBrokenPipe).on('error', () => {
    // There is nobody to tell.
  })
