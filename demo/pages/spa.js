/** A page that changes its address without loading, as single-page shops do. It knows nothing of being counted. */
const parts = [...document.querySelectorAll('[data-part]')]
const links = [...document.querySelectorAll('.tabs a')]
const partOf = (search) => new URLSearchParams(search).get('part')

function show(name) {
  const shown = parts.find((part) => part.dataset.part === name) ?? parts[0]
  for (const part of parts) part.hidden = part !== shown
  for (const link of links) {
    if (partOf(link.search) === shown.dataset.part) link.setAttribute('aria-current', 'page')
    else link.removeAttribute('aria-current')
  }
  return shown
}

for (const link of links) {
  link.addEventListener('click', (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) return
    event.preventDefault()
    if (link.hasAttribute('aria-current')) return
    history.pushState(null, '', link.href)
    show(partOf(link.search)).querySelector('h2').focus({ preventScroll: true })
  })
}

addEventListener('popstate', () => show(partOf(location.search)))
show(partOf(location.search))
