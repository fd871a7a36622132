/**
 * Makes what is shown say what is newer, by changing no more than differs: so a bar grows where it stands, and whoever is
 * at a field or has a word selected stays there.
 */
export function renew(old: Element, fresh: Element): void {
  for (const name of old.getAttributeNames()) if (!fresh.hasAttribute(name)) old.removeAttribute(name)
  for (const { name, value } of fresh.attributes) if (old.getAttribute(name) !== value) old.setAttribute(name, value)
  const [before, after] = [[...old.childNodes], [...fresh.childNodes]]
  if (before.length !== after.length || before.some((node, i) => node.nodeName !== after[i]?.nodeName)) {
    return old.replaceChildren(...after)
  }
  before.forEach((node, i) => {
    const newer = after[i]
    if (node instanceof Element && newer instanceof Element) renew(node, newer)
    else if (newer && node.nodeValue !== newer.nodeValue) node.nodeValue = newer.nodeValue
  })
}
