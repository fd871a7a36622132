/** Keeps the figures of a page in motion, by its share. The graph beside them keeps itself. */
const LOOK_MS = 2000
const panel = document.querySelector('[data-share]')
const said = panel.querySelector('[data-said]')
const period = said.textContent
const figures = [...panel.querySelectorAll('[data-figure]')]
const { share } = panel.dataset

/** One question for each type of event: all its figures at once. */
const questions = Map.groupBy(figures, (figure) => figure.dataset.figure.split(' ')[0])

async function look() {
  await Promise.all([...questions].map(([type, shown]) => ask(type, shown)))
}

async function ask(type, shown) {
  const metrics = shown.map((figure) => figure.dataset.figure.split(' ')[1])
  const query = new URLSearchParams({ share, type, metric: metrics.join(), period: 'hour' })
  const answer = await fetch(`/graph?${query}`)
  if (!answer.ok) throw new Error(`the graph answered ${answer.status}`)
  const { series } = await answer.json()
  shown.forEach((figure, i) => show(figure, series.find(({ metric }) => metric === metrics[i])?.total ?? 0))
}

function show(figure, total) {
  const text = total.toLocaleString(
    'en',
    figure.dataset.unit ? { style: 'currency', currency: figure.dataset.unit } : {},
  )
  if (figure.textContent === text) return
  figure.classList.toggle('moved', figure.textContent !== '–')
  figure.textContent = text
  figure.onanimationend = () => figure.classList.remove('moved')
}

async function watch() {
  try {
    if (!document.hidden) await look()
    said.textContent = period
  } catch {
    said.textContent = 'The server does not answer; trying again…'
  }
  setTimeout(() => void watch(), LOOK_MS)
}

void watch()
