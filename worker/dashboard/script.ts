/**
 * The home page's own script, as text. It copies the snippet, makes a site, and keeps the numbers moving: it asks for
 * the graph, which is cheap, and for the page again only when the graph has changed.
 */
export const SCRIPT = String.raw`
const at = (id) => document.getElementById(id)

/* The switch needs no button where there is a script. */
if (at('go')) {
  at('go').hidden = true
  at('site').addEventListener('change', (event) => event.target.form.submit())
}

/* Parts come and go, so the whole page listens for its copy buttons. */
document.addEventListener('click', async (event) => {
  const button = event.target.closest('.copy')
  if (!button) return
  const code = button.parentElement.querySelector('code')
  const copied = await navigator.clipboard?.writeText(code.textContent).then(() => true, () => false)
  if (!copied) getSelection().selectAllChildren(code)
  button.textContent = copied ? 'Copied' : 'Selected: press Ctrl+C'
  setTimeout(() => { button.textContent = 'Copy' }, 2000)
})

/* Making a site. */
const form = at('make')
if (form) {
  const zones = new Set(['UTC', ...(Intl.supportedValuesOf?.('timeZone') ?? [])])
  const own = Intl.DateTimeFormat().resolvedOptions().timeZone
  if (own) zones.add(own)
  form.timezone.replaceChildren(...[...zones].sort().map((zone) => new Option(zone.replaceAll('_', ' '), zone, false, zone === own)))
  form.addEventListener('submit', (event) => {
    event.preventDefault()
    make()
  })
}

function wrong(field, detail) {
  const input = form.elements.namedItem(field)
  const place = at(field + '-error')
  if (!input || !place) return void (at('make-error').textContent = detail)
  place.textContent = detail
  input.setAttribute('aria-invalid', 'true')
  input.focus()
}

async function make() {
  for (const place of form.querySelectorAll('.error')) place.textContent = ''
  for (const input of form.elements) input.removeAttribute('aria-invalid')
  const name = form.elements.namedItem('name').value.trim()
  if (!name) return wrong('name', 'Give the site a name.')
  const button = form.querySelector('button')
  button.disabled = true
  try {
    const answer = await fetch('/api/sites', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({
        name,
        timezone: form.timezone.value,
        origins: form.origins.value.split(/[\s,]+/).filter(Boolean),
      }),
    })
    const said = await answer.json().catch(() => ({}))
    if (answer.ok) return location.assign('/?site=' + said.site)
    wrong(said.field, said.detail || 'The server answered ' + answer.status + '.')
  } catch {
    wrong('', 'The server did not answer. Nothing was made; try again.')
  }
  button.disabled = false
}

/* Live numbers: the pageviews' graph every two seconds while somebody looks; downloads and refusals with every fifth. */
const LOOK_MS = 2000
const WHOLE_EVERY = 5
const overview = at('overview')
let known
let looks = 0

async function look() {
  if (document.hidden) return
  const answer = await fetch('/graph?type=pageview&metric=hits,sessions,engaged&period=' + overview.dataset.period + '&site=' + overview.dataset.site)
  if (answer.status === 401) return location.reload()
  if (!answer.ok) throw new Error(answer.status)
  const { series } = await answer.json()
  const seen = JSON.stringify(series)
  looks += 1
  if (seen !== known || looks % WHOLE_EVERY === 0) await renew()
  known = seen
}

async function renew() {
  const answer = await fetch('/?site=' + overview.dataset.site + '&period=' + overview.dataset.period)
  if (!answer.ok) throw new Error(answer.status)
  const text = await answer.text()
  /* Without its head: the style there carries a nonce that is not this page's. */
  const fresh = new DOMParser().parseFromString(text.slice(text.indexOf('<body>')), 'text/html')
  const parts = [...fresh.querySelectorAll('#overview [data-part]')]
  const names = (list) => list.map((part) => part.dataset.part).join()
  if (names(parts) !== names([...overview.children])) return overview.replaceChildren(...parts)
  for (const [i, part] of parts.entries()) {
    if (overview.children[i].innerHTML !== part.innerHTML) overview.children[i].innerHTML = part.innerHTML
  }
}

async function watch() {
  try {
    await look()
    at('live').textContent = ''
  } catch {
    at('live').textContent = 'The server does not answer; trying again…'
  }
  setTimeout(watch, LOOK_MS)
}

if (overview) setTimeout(watch, LOOK_MS)
`
