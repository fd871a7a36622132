/** What a Whale is asked of its site's decisions: which experiments there are, and what is to be changed of them. */
import { typeOfDecision } from '../../sdk/wire/word'
import type { Definition } from '../decide/definition'
import type { Model } from '../decide/model'
import { pooled } from '../decide/moments'
import { Bounded } from '../ingest/bounded'
import type { Beginning, Board, BoardQuestion, Changes, Standing, Totals } from './board'
import type { Chores } from './chores'
import { type JournalQuestion, page, type Page } from './page'
import type { Life } from './life'
import { TooMuch } from './question'
import { unfinished } from './reset'
import { standingOf } from './standing'
import type { State } from './state'
import { type Ahead, Weighing } from './weighing'

/** Experiments whose results are kept while nothing changes: of a hundred options they take a quarter of a second, for whoever has a share. */
const MOST_TELLINGS = 16
/** And options that they are told against. */
const MOST_CONTROLS = 4

/** Results, and what they were made of. */
interface Told {
  ahead: Ahead
  taught: number
  model: Model
  standings: Bounded<Standing>
}

export class Decisions {
  private readonly weighing: Weighing
  private readonly tellings = new Bounded<Told>(MOST_TELLINGS)

  constructor(
    private readonly life: Life,
    private readonly chores: Chores,
  ) {
    this.weighing = new Weighing(life)
  }

  /** Writes nothing: a site without experiments has none of version 0. */
  async board({ since, weigh }: BoardQuestion): Promise<Board> {
    const terms = await this.life.settled()
    const weights = weigh && (await this.weighing.weigh(terms, weigh))
    const experiments = this.life.look(terms)?.experiments
    const version = experiments?.version ?? 0
    return {
      version,
      ...(version !== since && { definitions: experiments?.list ?? [] }),
      ...(weights && { weights }),
    }
  }

  /** Undefined where there is no such experiment, or it has no such option. Writes nothing. */
  async standing(decision: string, control?: string): Promise<Standing | undefined> {
    const known = await this.known(decision)
    if (!known) return undefined
    const { state, definition } = known
    const against = control === undefined ? 0 : definition.arms.findIndex(({ id }) => id === control)
    if (against < 0) return undefined
    const ahead = this.weighing.ahead(state, definition)
    const model = this.weighing.model(state, definition)
    const { standings } = this.told({ ahead, taught: ahead.taught, model, standings: new Bounded(MOST_CONTROLS) })
    const before = standings.get(String(against))
    if (before) return before
    const looks = state.learning.looks(definition)
    const standing = standingOf({ definition, ahead, model, looks, now: Date.now() }, against)
    standings.set(String(against), standing)
    return standing
  }

  /** Of each experiment. Writes nothing. */
  async totals(): Promise<Totals[]> {
    const terms = await this.life.settled()
    if (!this.life.look(terms)?.experiments.list.length) return []
    await this.weighing.catchUp(terms)
    const state = this.life.look(terms)
    if (!state) return []
    return state.experiments.list.map((definition) => {
      const { n, x, y } = pooled(this.weighing.ahead(state, definition).learner.state.total.read(Date.now()))
      return { decision: definition.key, trials: n, num: x, den: y }
    })
  }

  /** A page of the journal; undefined where there is no such experiment. Writes nothing. */
  async decided(question: JournalQuestion): Promise<Page | { problem: string } | undefined> {
    const known = await this.known(question.decision)
    if (!known) return undefined
    const { state, definition } = known
    try {
      return await page(this.life.sql, definition, question, this.weighing.ahead(state, definition).lines)
    } catch (error) {
      if (error instanceof TooMuch) return { problem: error.message }
      throw error
    }
  }

  async begin(beginning: Beginning): Promise<Definition | { problem: string }> {
    const { life } = this
    const { experiments } = life.wake(await life.settled())
    const type = typeOfDecision(beginning.key)
    if (unfinished(life.sql).some(({ scope, stage }) => scope.type === type && stage !== 'counted'))
      return { problem: `what was counted as ${type} is being taken away; try again in a minute` }
    return experiments.begin(beginning, Date.now())
  }

  /** Undefined where there is no such experiment. */
  async change(decision: string, changes: Changes): Promise<Definition | undefined> {
    const { life } = this
    const experiments = life.look(await life.settled())?.experiments
    return experiments?.change(decision, changes, Date.now())
  }

  /** Takes an experiment away with all that it has learnt and counted; false where there is none. */
  async abandon(decision: string): Promise<boolean> {
    const { life } = this
    const terms = await life.settled()
    const known = () => life.look(terms)?.experiments.find(decision)
    const definition = known()
    if (!definition) return false
    try {
      await this.chores.reset({ type: typeOfDecision(decision) }, () => {
        // Others may have come between.
        if (known()?.number !== definition.number) return
        life.wake(terms).experiments.abandon(definition, Date.now())
        forget(life.sql, definition)
      })
    } catch (error) {
      life.doze()
      if (known()?.number === definition.number) throw error
      // A Hail is away: what it counted goes by itself.
      console.error(`whale ${life.site}: ${error}`)
    }
    life.doze()
    return true
  }

  /** What was told of the same already, where nothing became known since. */
  private told(now: Told): Told {
    const name = String(now.ahead.learner.definition.number)
    const known = this.tellings.get(name)
    const isSame = known?.ahead === now.ahead && known.taught === now.taught && known.model === now.model
    const told = isSame ? known : now
    this.tellings.set(name, told)
    return told
  }

  /** An experiment, with all that Hails have. */
  private async known(decision: string): Promise<{ state: State; definition: Definition } | undefined> {
    const terms = await this.life.settled()
    if (!this.life.look(terms)?.experiments.find(decision)) return undefined
    await this.weighing.catchUp(terms)
    const state = this.life.look(terms)
    const definition = state?.experiments.find(decision)
    return state && definition && { state, definition }
  }
}

function forget(sql: SqlStorage, { number }: Definition): void {
  for (const table of ['learnt', 'rewarded', 'note']) sql.exec(`DELETE FROM ${table} WHERE experiment = ?`, number)
}
