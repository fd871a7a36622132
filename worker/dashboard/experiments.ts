/**
 * The script of a site's experiments, as text: lists them, asks of each how far it is, and makes one. It puts names into
 * the page as text alone.
 */
export const EXPERIMENTS = String.raw`
const at = (id) => document.getElementById(id)

/* The switch needs no button where there is a script. */
if (at('go')) {
  at('go').hidden = true
  at('site').addEventListener('change', (event) => event.target.form.submit())
}

const place = at('experiments')
const site = place?.dataset.site
const count = new Intl.NumberFormat('en')

async function ask(path, query) {
  const answer = await fetch(path + '?' + new URLSearchParams({ site, ...query }))
  if (answer.status === 401) location.reload()
  const said = await answer.json()
  if (!answer.ok) throw new Error(said.detail || answer.status)
  return said
}

function cell(row, text, kind = 'td') {
  const made = document.createElement(kind)
  made.textContent = text
  row.append(made)
  return made
}

function rowOf({ decision, status, policy, options, hidden, totals, winner }) {
  const row = document.createElement('tr')
  const name = cell(row, '', 'th')
  name.scope = 'row'
  const link = document.createElement('a')
  link.href = '/decisions?' + new URLSearchParams({ site, decision })
  link.textContent = decision
  name.append(link)
  cell(row, hidden ? status + ', hidden' : status)
  cell(row, policy)
  cell(row, options.join(', '))
  cell(row, count.format(totals.trials)).className = 'n'
  cell(row, winner ?? (totals.trials ? '…' : '–'))
  return row
}

/* Which is the best is asked one after the other: whoever lists a hundred has time. */
const BEST = 5
let listing = 0
async function list() {
  const own = ++listing
  const { experiments } = await ask('/experiments', at('hidden').checked ? { hidden: 1 } : {})
  if (own !== listing) return
  const rows = experiments.map(rowOf)
  place.querySelector('tbody').replaceChildren(...rows)
  at('found').hidden = !rows.length
  at('said').textContent = rows.length ? '' : 'There is none yet.'
  at('said').hidden = rows.length > 0
  for (const [i, { decision, winner, totals }] of experiments.entries()) {
    if (winner !== null || !totals.trials) continue
    const { arms } = await ask('/experiments/' + encodeURIComponent(decision))
    if (own !== listing) return
    rows[i].cells[BEST].textContent = arms.reduce((a, b) => (b.p_best > a.p_best ? b : a)).id
  }
}

function tell(error) {
  at('said').hidden = false
  at('said').textContent = error instanceof TypeError ? 'The server does not answer.' : error.message
}

if (place) {
  list().catch(tell)
  at('hidden').addEventListener('change', () => list().catch(tell))
  at('make').addEventListener('submit', (event) => {
    event.preventDefault()
    make()
  })
}

const form = at('make')

function wrong(field, detail) {
  const input = field && form.elements.namedItem(field)
  const said = at(field + '-error')
  if (!input || !said) return void (at('make-error').textContent = detail)
  said.textContent = detail
  input.setAttribute('aria-invalid', 'true')
  input.focus()
}

/* What is left empty is not said, so that the server's own defaults hold. */
function wish() {
  const { decision, options, policy, by, goal, weights } = form.elements
  const lines = options.value.split('\n').map((line) => line.trim()).filter(Boolean)
  return {
    site,
    decision: decision.value.trim(),
    options: lines,
    policy: policy.value,
    goal: goal.value,
    ...(by.value.trim() && { by: by.value.trim() }),
    ...(weights.value.trim() && { weights: weights.value.split(/[\s,;]+/).filter(Boolean).map(Number) }),
  }
}

async function make() {
  for (const said of form.querySelectorAll('.error')) said.textContent = ''
  for (const input of form.elements) input.removeAttribute('aria-invalid')
  const wished = wish()
  if (!wished.decision) return wrong('decision', 'Give it a name.')
  if (wished.options.length < 2) return wrong('options', 'Name two options at the least, one a line.')
  if (wished.weights?.some(Number.isNaN)) return wrong('weights', 'Give numbers, such as 1, 1, 2.')
  const button = form.querySelector('button')
  button.disabled = true
  try {
    const answer = await fetch('/experiments', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(wished),
    })
    const said = await answer.json().catch(() => ({}))
    if (answer.ok) return location.assign('/decisions?' + new URLSearchParams({ site, decision: wished.decision }))
    wrong(said.field, said.detail || 'The server answered ' + answer.status + '.')
  } catch {
    wrong('', 'The server did not answer. Try again.')
  }
  button.disabled = false
}
`
