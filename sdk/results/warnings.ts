/** What a reader has to know besides the numbers: one plain sentence for each warning. */
import { type Html, html } from '../chart/html'

const SENTENCES: Readonly<Record<string, string>> = {
  srm: 'Options were not shown as often as their weights say, so something loses visitors of some option; trust no result until it is found.',
  too_few: 'Some option has fewer than 100 decisions or 10 rewards, which says nothing yet; tests begin above that.',
  peeking_fixed_p:
    'A test for one fixed end would call a winner now, and the one that may be looked at any time does not; go by that one.',
  adaptive_weights:
    'The policy gives more visitors to what does well, which makes plain rates of losing options too low; the unbiased gain is beside them.',
  novelty: 'The first three days differ from those since: people may have liked or disliked the change itself.',
  low_ess: 'Some option is served so seldom now that its numbers are worth less than 100 even decisions.',
  unattributed: 'More than one in a hundred outcomes came without a decision’s id; they are counted and not tested.',
  late_rewards: 'More than one in twenty rewards came after their time was over and were not counted.',
  duplicate_rewards: 'Some rewards came twice for one decision, and each counted once.',
  pending:
    'Of some option more than a tenth of the rewards are still to come; what was shown lately looks worse than it is.',
  heavy_tail: 'A hundredth of the rewards holds more than three tenths of all value, so single ones move the result.',
  control_rate_uncertain: 'The control’s own rate is too uncertain to say how much better another is, in percent.',
  multiple_arms:
    'Several options are compared with one control, which finds something by luck more often than one would.',
  weights_changed: 'Weights were changed on the way, so early and late visitors were not split alike.',
  bulk_counts_no_variance: 'Some numbers came as sums, without what their spread is known by; intervals are guesses.',
}

/** One of another version is shown by its name. */
export const sentenceOf = (warning: string): string =>
  Object.hasOwn(SENTENCES, warning) ? SENTENCES[warning]! : warning.replaceAll('_', ' ')

export function warningList(warnings: readonly string[]): Html {
  if (!warnings.length) return html``
  return html`<section aria-labelledby="warnings"><h2 id="warnings">To know besides</h2><ul class="warnings">${warnings.map(
    (warning) => html`<li>${sentenceOf(warning)}</li>`,
  )}</ul></section>`
}
