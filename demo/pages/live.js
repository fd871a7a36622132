/** Keeps figures and graph of a page in motion. It asks for JSON, which is small, and draws only what has changed. */
const LOOK_MS = 2000
const panel = document.querySelector('[data-share]')
const [small, large] = panel.querySelector('[data-graph]').children
const said = panel.querySelector('[data-said]')
const period = said.textContent
const figures = [...panel.querySelectorAll('[data-figure]')]
const { share } = panel.dataset
const phone = matchMedia(small.media)
const seen = {}

/** One question for each type of event: all its figures at once. */
const questions = Map.groupBy(figures, (figure) => figure.dataset.figure.split(' ')[0])

async function look() {
  const moved = await Promise.all([...questions].map(([type, shown]) => ask(type, shown)))
  if (moved[0]) await draw()
}

async function ask(type, shown) {
  const metrics = shown.map((figure) => figure.dataset.figure.split(' ')[1])
  const query = new URLSearchParams({ share, type, metric: metrics.join(), period: 'hour' })
  const answer = await fetch(`/graph?${query}`)
  if (!answer.ok) throw new Error(`the graph answered ${answer.status}`)
  const { series } = await answer.json()
  shown.forEach((figure, i) => show(figure, series.find(({ metric }) => metric === metrics[i])?.total ?? 0))
  const text = JSON.stringify(series)
  const isNew = text !== seen[type]
  seen[type] = text
  return isNew
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

/** The next drawing is ready before it takes the old one's place, so that nothing flickers. */
async function draw() {
  const [width, height] = phone.matches ? [340, 230] : [960, 280]
  const query = new URLSearchParams({ share, type: 'pageview', period: 'hour', width, height, at: Date.now() })
  const next = new Image()
  next.src = `/graph.svg?${query}`
  await next.decode()
  if (phone.matches) small.srcset = next.src
  else large.src = next.src
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

phone.addEventListener('change', () => void draw().catch(() => {}))
void watch()
