/** What of a site's Whale decisions ask. */
import type { Definition } from '../decide/definition'
import { type Env, whale } from '../env'
import type { Beginning, Board, BoardQuestion, Changes, Standing, Totals } from '../whale/board'
import type { JournalQuestion, Page } from '../whale/page'

export interface Decider {
  board(question: BoardQuestion): Promise<Board>
  begin(beginning: Beginning): Promise<Definition | { problem: string }>
  change(decision: string, changes: Changes): Promise<Definition | undefined>
  abandon(decision: string): Promise<boolean>
  totals(): Promise<Totals[]>
  standing(decision: string, control?: string): Promise<Standing | undefined>
  decided(question: JournalQuestion): Promise<Page | { problem: string } | undefined>
}

/** RPC's types unfold without end. */
export const decider = (env: Env, site: number): Decider => whale(env, site) as unknown as Decider
