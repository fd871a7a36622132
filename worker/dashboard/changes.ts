/**
 * The script of one experiment's page, as text: the buttons that change it. What it is just now the results say, which the
 * element beside them asks for.
 */
export const CHANGES = String.raw`
const at = (id) => document.getElementById(id)
if (at('go')) {
  at('go').hidden = true
  at('site').addEventListener('change', (event) => event.target.form.submit())
}

const actions = at('actions')
const { site, decision } = actions.dataset
const path = '/experiments/' + encodeURIComponent(decision) + '?site=' + site
const buttons = Object.fromEntries([...actions.querySelectorAll('[data-does]')].map((button) => [button.dataset.does, button]))
const results = document.querySelector('graupel-results')
let options = ''

results.addEventListener('standing', ({ detail: { status, hidden, arms } }) => {
  buttons.pause.hidden = status !== 'running'
  buttons.resume.hidden = status === 'running'
  buttons.finish.hidden = status === 'finished'
  buttons.hide.hidden = hidden
  buttons.show.hidden = !hidden
  actions.hidden = false
  /* Only where they are others: an open list must not lose what was chosen. */
  const names = JSON.stringify(arms.map(({ id }) => id))
  if (names === options) return
  options = names
  const best = arms.reduce((a, b) => (b.p_best > a.p_best ? b : a)).id
  at('winner').replaceChildren(...arms.map(({ id }) => new Option(id, id, false, id === best)))
})

async function change(method, body) {
  at('act-error').textContent = ''
  for (const button of Object.values(buttons)) button.disabled = true
  try {
    const answer = await fetch(path, {
      method,
      headers: { 'Content-Type': 'application/json' },
      ...(body && { body: JSON.stringify(body) }),
    })
    const said = await answer.json().catch(() => ({}))
    if (!answer.ok) throw new Error(said.detail || 'the server answered ' + answer.status)
    if (method === 'DELETE') return location.assign('/decisions?site=' + site)
    results.renew()
  } catch (error) {
    at('act-error').textContent = error instanceof TypeError ? 'The server did not answer. Nothing is changed; try again.' : error.message
  }
  for (const button of Object.values(buttons)) button.disabled = false
}

/* A dialog gives the focus back to the button that opened it. */
function asking(dialog, then) {
  dialog.returnValue = ''
  dialog.onclose = () => dialog.returnValue === 'yes' && then()
  dialog.showModal()
}

const does = {
  pause: () => change('PATCH', { status: 'paused' }),
  resume: () => change('PATCH', { status: 'running' }),
  finish: () => asking(at('finish'), () => change('PATCH', { status: 'finished', winner: at('winner').value })),
  hide: () => change('PATCH', { hidden: true }),
  show: () => change('PATCH', { hidden: false }),
  delete: () => asking(at('delete'), () => change('DELETE')),
}
for (const [name, button] of Object.entries(buttons)) button.addEventListener('click', does[name])
`
