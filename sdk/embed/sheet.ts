/** What the element looks like, as a sheet that is adopted: a page's policy has no say in it, and all elements share it. */
import { sheetOf } from '../chart/theme'

const OWN = `
:host{display:block;min-width:0}
:host([hidden]){display:none}
svg{display:block}
p{box-sizing:border-box;display:grid;place-items:center;text-align:center;text-wrap:balance;margin:0;padding:12px 16px;
border-radius:8px;font:14px/1.5 system-ui,sans-serif;color:var(--g-muted);background:var(--g-ground);overflow-wrap:anywhere}`

let made: CSSStyleSheet | undefined

export function sheet(): CSSStyleSheet {
  if (!made) {
    made = new CSSStyleSheet()
    made.replaceSync((['auto', 'light', 'dark'] as const).map(sheetOf).join('') + OWN)
  }
  return made
}
