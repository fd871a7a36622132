/**
 * The front page's headline: of three the one that is decided for this visitor, and the first where nobody decides. Until
 * then the place is kept and nothing stands in it; the style shows it after 800 ms, whatever happens here.
 */
const HEADLINES = {
  ruler: 'Measure what falls.',
  storm: 'The next storm is yours.',
  gift: 'For everyone who looks up.',
}
const place = document.querySelector('[data-headline]')

async function decide() {
  const decision = await window.graupel?.decide?.('front page', Object.keys(HEADLINES))
  place.textContent = HEADLINES[decision?.option] ?? HEADLINES.ruler
  place.classList.remove('deciding')
}

void decide()
