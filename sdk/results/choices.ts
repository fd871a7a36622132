/** What a reader may choose: the control, and which options are seen. */
import { type Html, html } from '../chart/html'
import { swatch } from './table'
import type { View } from './view'

export function choiceForm({ standing: { arms, control }, hidden }: View): Html {
  return html`<form class="choices" aria-label="What is shown"><label>Control <select name="control">${arms.map(
    ({ id }) => html`<option value="${id}"${id === control && html` selected`}>${id}</option>`,
  )}</select></label>
<fieldset><legend>Options that are shown</legend>${arms.map(
    ({ id }, index) =>
      html`<label><input type="checkbox" name="shown" value="${id}"${!hidden.has(id) && html` checked`}>${swatch(index)} <span class="name">${id}</span></label> `,
  )}</fieldset></form>`
}
