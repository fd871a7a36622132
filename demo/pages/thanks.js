/**
 * A real shop's server knows the order. This one has none, so the browser draws a number and keeps it in the address:
 * loading the page again is the same order again, and counts nothing more.
 */
const DEAREST = 1000
const panel = document.querySelector('[data-pixel]')
const query = new URLSearchParams(location.search)
const dollars = Math.min(DEAREST, Math.max(0, Number(query.get('dollars')) || 0))
const order =
  query.get('order') || crypto.getRandomValues(new Uint32Array(1))[0].toString(36).toUpperCase().padStart(7, '0')

// A call of the page's own history only: the beacon looks at the path, which stays the same.
if (!query.has('order')) {
  history.replaceState(null, '', `?${new URLSearchParams({ order, dollars })}`)
  // Whichever headline brought this visitor, it sold something.
  window.graupel?.reward?.('front page')
}

for (const place of document.querySelectorAll('[data-order]')) place.textContent = order
panel.querySelector('[data-dollars]').textContent = dollars.toLocaleString('en', { style: 'currency', currency: 'USD' })

const pixel = new Image(1, 1)
pixel.alt = ''
pixel.style.position = 'absolute'
pixel.src = `${panel.dataset.pixel}?${new URLSearchParams({ dollars, order })}`
panel.append(pixel)
