/**
 * The two pages at the door. `/login#<code>` trades the one-time code for a cookie: the code stands behind the #, goes
 * out in a body once, and leaves the address bar at once. The other page says how to come by such a link.
 */
import { brand, document } from './document'
import { html } from '../../sdk/chart/html'

const head = html`<header class="top">${brand}</header>`

const ways = html`<ul>
<li><code>npx graupel login</code> on the server makes another link.</li>
<li><code>npm start</code> prints one each time it starts.</li>
</ul>`

export const loginPage = (nonce: string): string =>
  document({
    title: 'Log in – Graupel',
    nonce,
    body: html`${head}
<main class="narrow"><div class="card stack">
<h1 id="title">Logging in…</h1>
<p id="said" role="status"><noscript>This page needs its own small script to log in. Allow it and load the page again.</noscript></p>
<div id="ways" class="stack" hidden>${ways}<p>Logged in already? <a href="/">Open the dashboard</a></p></div>
<button type="button" id="again" hidden>Try again</button>
</div></main>`,
    script: LOGIN,
  })

export const lockedPage = (nonce: string): string =>
  document({
    title: 'Please log in – Graupel',
    nonce,
    body: html`${head}
<main class="narrow"><div class="card stack">
<h1>Please log in</h1>
<p>The dashboard opens with a one-time link. Open it in this browser; you stay logged in for 30 days.</p>
${ways}
</div></main>`,
  })

const LOGIN = `
const at = (id) => document.getElementById(id)

function say(title, said, { ways = false, again } = {}) {
  at('title').textContent = title
  document.title = title + ' – Graupel'
  at('said').textContent = said
  at('ways').hidden = !ways
  at('again').hidden = !again
  at('again').onclick = again || null
}

async function redeem(code) {
  say('Logging in…', '')
  let answer
  try {
    answer = await fetch('/login', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ code }),
    })
  } catch {
    return say('The server did not answer', 'The link was not used up. See that the server is running.', { again: () => redeem(code) })
  }
  if (answer.ok) return location.replace('/')
  if (answer.status === 401) {
    return say('This link is no longer good', 'It was used already, or it is older than 15 minutes. Each link works once.', { ways: true })
  }
  const { detail = 'It answered ' + answer.status + '.' } = await answer.json().catch(() => ({}))
  say('The server could not log you in', detail, { again: () => redeem(code) })
}

function begin() {
  const code = decodeURIComponent(location.hash.slice(1))
  history.replaceState(null, '', location.pathname)
  if (code) redeem(code)
  else say('Please log in', 'This address is missing its one-time code, the part behind the #.', { ways: true })
}

addEventListener('hashchange', begin)
begin()
`
