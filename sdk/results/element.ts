/**
 * `<graupel-results decision="…">`: where an experiment stands, drawn and kept moving while somebody looks: weights and
 * numbers each second, lines by time each tenth. It reads and changes nothing; who may change it stands in the page around
 * it, which hears of each answer by an event `standing`.
 */
import { Html, html } from '../chart/html'
import { line } from '../chart/line'
import { parsedHtml } from '../embed/parsed'
import type { Graph } from '../wire/query'
import { type Asked, askRates, askStanding, Refused } from './ask'
import { choiceForm } from './choices'
import { headline, runningFacts } from './facts'
import { winMatrix } from './matrix'
import { Memory } from './memory'
import { renew } from './renew'
import { sheet } from './sheet'
import type { Standing } from './standing'
import { resultTable } from './table'
import type { View } from './view'
import { warningList } from './warnings'
import { weightBars } from './weights'

const LOOK_MS = 1000
const RATES_EVERY = 10
const HEIGHT = 260
const LEAST_WIDTH = 260

/** `script` is where this code came from, and so where the numbers are. */
export const resultsElement = (script: string | undefined) =>
  class extends HTMLElement {
    private readonly root = this.attachShadow({ mode: 'open' })
    private readonly body = document.createElement('div')
    private readonly said = document.createElement('p')
    private memory = new Memory('')
    private standing: Standing | undefined
    private rates: Graph | undefined
    private timer: ReturnType<typeof setTimeout> | undefined
    private looks = 0
    /** The newest look; older ones end. */
    private turn = 0

    connectedCallback(): void {
      this.memory = new Memory(`${this.asked.site ?? 'share'} ${this.asked.decision}`)
      this.said.setAttribute('role', 'status')
      this.root.adoptedStyleSheets = [sheet()]
      this.root.replaceChildren(this.said, this.body)
      this.root.addEventListener('change', this.choose)
      this.said.textContent = 'Asking…'
      this.watch()
    }

    disconnectedCallback(): void {
      clearTimeout(this.timer)
      this.turn += 1
    }

    private get asked(): Asked {
      return {
        host: this.getAttribute('host') ?? script ?? location.href,
        decision: this.getAttribute('decision') ?? '',
        site: this.getAttribute('site'),
        share: this.getAttribute('share'),
      }
    }

    /** Asks at once, as after a change. */
    renew(): void {
      this.watch()
    }

    private watch(): void {
      clearTimeout(this.timer)
      const turn = ++this.turn
      void this.look(turn).then((goesOn) => {
        if (goesOn && turn === this.turn) this.timer = setTimeout(() => this.watch(), LOOK_MS)
      })
    }

    /** Whether to look again: what is not there, or not to be seen, will not be in a second. */
    private async look(turn: number): Promise<boolean> {
      if (document.hidden && this.standing) return true
      try {
        const standing = await askStanding(this.asked, this.memory.control)
        const rates = this.looks % RATES_EVERY === 0 ? await askRates(this.asked, standing) : this.rates
        // Something else was asked meanwhile.
        if (turn !== this.turn) return false
        this.rates = rates
        this.looks += 1
        this.standing = standing
        this.said.textContent = ''
        this.draw()
        this.dispatchEvent(new CustomEvent('standing', { detail: standing }))
        return true
      } catch (error) {
        return this.failed(error)
      }
    }

    private failed(error: unknown): boolean {
      const isFinal = error instanceof Refused && error.status < 500 && error.status !== 429
      if (isFinal && error.status === 400 && this.memory.control !== undefined) {
        // The control that was chosen is none of its options any more.
        this.memory.choose({ control: undefined })
        return true
      }
      this.said.textContent = isFinal ? sentence(error.message) : 'The server does not answer; trying again…'
      if (isFinal) this.body.replaceChildren()
      return !isFinal
    }

    private readonly choose = ({ target }: Event): void => {
      if (target instanceof HTMLSelectElement) {
        this.memory.choose({ control: target.value })
        this.watch()
      } else if (target instanceof HTMLInputElement) {
        const hidden = new Set(this.memory.hidden)
        if (target.checked) hidden.delete(target.value)
        else hidden.add(target.value)
        this.memory.choose({ hidden: [...hidden] })
        this.draw()
      }
    }

    private draw(): void {
      if (!this.standing) return
      const view = { standing: this.standing, hidden: this.memory.hidden, rates: this.rates }
      const fresh = parsedHtml(`<div class="graupel-chart graupel-auto">${this.partsOf(view).text}</div>`)
      renew(this.body, fresh)
    }

    private partsOf(view: View): Html {
      const { standing } = view
      return html`<div>${headline(standing)}</div><div>${weightBars(standing)}</div><div>${choiceForm(view)}${resultTable(view)}</div><div>${warningList(
        standing.warnings,
      )}</div><div>${this.chart(view)}</div><div>${winMatrix(view)}</div><div>${runningFacts(standing)}</div>`
    }

    private chart({ standing, hidden, rates }: View): Html {
      if (!rates) return html``
      const indices = standing.arms.flatMap(({ id }, i) => (hidden.has(id) || !rates.series[i] ? [] : [i]))
      const series = indices.map((i) => rates.series[i]!)
      const width = Math.max(LEAST_WIDTH, Math.round(this.body.clientWidth) - CARD)
      const labels = series.map(({ dimension }) => dimension[0] ?? '')
      const drawn = line({ ...rates, series }, { width, height: HEIGHT, labels, colors: indices, bare: true })
      return html`<section aria-labelledby="rates"><h2 id="rates">Rate so far, by time</h2>${new Html(drawn)}</section>`
    }
  }

/** A section's padding and border, on both sides. */
const CARD = 50

const sentence = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`
