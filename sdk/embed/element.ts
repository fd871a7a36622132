/**
 * `<graupel-graph share="…">`: asks the server, draws the answer in its own width and in the reader's light or dark, and
 * asks again when its attributes change or `refresh` seconds are over. Whatever goes wrong, the page never learns of it.
 */
import { line } from '../chart/line'
import { quietly } from '../quietly'
import type { Graph } from '../wire/query'
import { ASKED, ask } from './ask'
import { parsed } from './parsed'
import { sheet } from './sheet'
import { sizeIn } from './size'

/** The attributes that only say how it is drawn. */
const DRAWN = ['title', 'theme', 'height']
const REFRESH = 'refresh'
/** Oftener nobody looks, and every reader of the page asks. */
const LEAST_REFRESH_S = 2
/** A server that is away is asked again. */
const AGAIN_S = 30
/** Twice as many milliseconds no timer can hold: it would ring at once. */
const LONGEST_S = 1_000_000

/** `script` is where this code came from, and so where the numbers are. */
export const graphElement = (script: string | undefined) =>
  class extends HTMLElement {
    static readonly observedAttributes = [...ASKED, ...DRAWN, REFRESH]

    private readonly root = this.attachShadow({ mode: 'open' })
    private graph: Graph | undefined
    private asking: AbortController | undefined
    private timer: ReturnType<typeof setTimeout> | undefined
    private frame = 0
    /** It was time to ask, and nobody looked. */
    private isDue = false
    private drawn = ''

    connectedCallback(): void {
      this.begin()
    }

    disconnectedCallback(): void {
      this.sizes.disconnect()
      document.removeEventListener('visibilitychange', this.look)
      this.asking?.abort()
      clearTimeout(this.timer)
      cancelAnimationFrame(this.frame)
    }

    attributeChangedCallback(name: string, before: string | null, after: string | null): void {
      if (before === after || !this.isConnected) return
      if (DRAWN.includes(name)) this.drawSoon()
      else this.askIn(0)
    }

    private readonly begin = quietly(() => {
      this.root.adoptedStyleSheets = [sheet()]
      if (!this.graph) this.say('')
      this.sizes.observe(this)
      document.addEventListener('visibilitychange', this.look)
      this.askIn(0)
    })

    /** In a frame of its own: an observer that changes what it observes is an error of the page's. */
    private readonly drawSoon = quietly(() => {
      cancelAnimationFrame(this.frame)
      this.frame = requestAnimationFrame(this.draw)
    })

    private readonly sizes = new ResizeObserver(this.drawSoon)

    private readonly look = quietly(() => {
      if (this.isDue && !document.hidden) this.askIn(0)
    })

    /** Several attributes set one after the other are one question. */
    private askIn(seconds: number): void {
      clearTimeout(this.timer)
      this.timer = setTimeout(() => void this.ask().catch(() => {}), Math.min(seconds, LONGEST_S) * 1000)
    }

    private async ask(): Promise<void> {
      this.isDue = document.hidden && this.graph !== undefined
      if (this.isDue) return
      this.asking?.abort()
      const { signal } = (this.asking = new AbortController())
      const answer = await ask((name) => this.getAttribute(name), script, signal)
      if (signal.aborted) return
      const isAway = 'problem' in answer && !answer.isFinal
      if ('graph' in answer) {
        this.graph = answer.graph
        this.draw()
      } else if (answer.isFinal || !this.graph) this.say(answer.problem)
      const refresh = Number(this.getAttribute(REFRESH))
      if (refresh > 0 || isAway) this.askIn(Math.max(refresh, isAway ? AGAIN_S : LEAST_REFRESH_S))
    }

    private readonly draw = quietly(() => {
      const { graph } = this
      const box = this.getBoundingClientRect()
      if (!graph || !box.width) return
      const title = this.getAttribute('title') ?? ''
      const size = sizeIn(box, this.getAttribute('height'))
      const svg = line(graph, { ...size, title, theme: this.theme(), bare: true })
      if (svg === this.drawn) return
      this.drawn = svg
      this.root.replaceChildren(parsed(svg))
    })

    /** In a graph's place, and as large. What was shown before is shown no longer. */
    private say(text: string): void {
      const words = document.createElement('p')
      words.className = `graupel-${this.theme()}`
      words.setAttribute('role', 'status')
      words.style.minHeight = `${sizeIn(this.getBoundingClientRect(), this.getAttribute('height')).height}px`
      words.textContent = text.charAt(0).toUpperCase() + text.slice(1)
      this.graph = undefined
      this.drawn = ''
      this.root.replaceChildren(words)
    }

    private theme(): 'auto' | 'light' | 'dark' {
      const theme = this.getAttribute('theme')
      return theme === 'light' || theme === 'dark' ? theme : 'auto'
    }
  }
