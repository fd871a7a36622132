/** What a Whale is asked of its site's decisions: which experiments there are, and what is to be changed of them. */
import type { Definition } from '../decide/definition'
import { typeOfDecision } from '../ingest/decided'
import type { Beginning, Board, BoardQuestion, Changes } from './board'
import type { Chores } from './chores'
import type { Life } from './life'
import { unfinished } from './reset'

export class Decisions {
  constructor(
    private readonly life: Life,
    private readonly chores: Chores,
  ) {}

  /** Writes nothing: a site without experiments has none of version 0. */
  async board({ since }: BoardQuestion): Promise<Board> {
    const experiments = this.life.look(await this.life.settled())?.experiments
    const version = experiments?.version ?? 0
    return { version, ...(version !== since && { definitions: experiments?.list ?? [] }) }
  }

  async begin(beginning: Beginning): Promise<Definition | { problem: string }> {
    const { life } = this
    const { experiments } = life.wake(await life.settled())
    const type = typeOfDecision(beginning.key)
    if (unfinished(life.sql).some(({ scope, stage }) => scope.type === type && stage !== 'counted'))
      return { problem: `what was counted as ${type} is being taken away; try again in a minute` }
    life.version += 1
    return experiments.begin(beginning, Date.now())
  }

  /** Undefined where there is no such experiment. */
  async change(decision: string, changes: Changes): Promise<Definition | undefined> {
    const { life } = this
    const experiments = life.look(await life.settled())?.experiments
    life.version += 1
    return experiments?.change(decision, changes, Date.now())
  }

  /** Takes an experiment away with all that it has learnt and counted; false where there is none. */
  async abandon(decision: string): Promise<boolean> {
    const { life } = this
    const terms = await life.settled()
    const experiments = life.look(terms)?.experiments
    const definition = experiments?.find(decision)
    if (!experiments || !definition) return false
    try {
      await this.chores.reset({ type: typeOfDecision(decision) }, () => {
        experiments.abandon(definition, Date.now())
        forget(life.sql, definition)
      })
    } catch (error) {
      life.doze()
      if (life.look(terms)?.experiments.find(decision)) throw error
      // A Hail is away: what it counted goes by itself.
      console.error(`whale ${life.site}: ${error}`)
    }
    life.doze()
    return true
  }
}

function forget(sql: SqlStorage, { number }: Definition): void {
  for (const table of ['learnt', 'rewarded', 'note']) sql.exec(`DELETE FROM ${table} WHERE experiment = ?`, number)
}
