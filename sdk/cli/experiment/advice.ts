/** What to do about each warning of results: a sentence each, so that nobody has to look it up. */
const ADVICE: Record<string, string> = {
  srm: 'Options were not shown as often as they were drawn. Look for pages that lose or double the exposures of one, and trust no rate until that is mended.',
  too_few: 'Some option has fewer than 100 decisions or 10 rewards. Wait for more.',
  peeking_fixed_p:
    'The p of a fixed end is below 0.05, and the one that holds at any look is not. Wait: it may be luck.',
  adaptive_weights:
    'Options that earned more were shown more, so plain rates are biased. Go by the unbiased gain, or by the holdout (--json).',
  novelty: 'The first three days differ from the rest. Wait until what is new has become usual.',
  low_ess:
    'Some option was shown too seldom to compare it. Wait, or give it more by a higher floor in another experiment.',
  unattributed: 'More than a hundredth of outcomes name no decision. Send the id that /decide gave along with them.',
  late_rewards: 'More than a twentieth of rewards came after the window. Give another experiment a longer one.',
  duplicate_rewards: 'Some rewards came twice and were counted once. Look whether a page sends them again.',
  pending: 'Rewards of the newest decisions are still to come. Wait as long as they take before you judge.',
  heavy_tail:
    'A hundredth of the rewards is more than 30 % of their value, so a few decide all. Wait, or reward something that is bounded.',
  control_rate_uncertain:
    'The control has too little to be compared with in parts of it. Wait, or take another by --control.',
  multiple_arms:
    'Several options are compared at once, and one of many looks good by luck. Go by p_holm (--json), which allows for that.',
  weights_changed:
    'Weights were changed under way, and days before and after are mixed. Begin another experiment to be sure.',
  bulk_counts_no_variance:
    'Counts came in bulk, without how they spread, so intervals are guesses. Count decisions one by one.',
}

/** A newer server may warn of more. */
export const adviceOn = (warning: string): string => ADVICE[warning] ?? 'This release knows no advice: see the README.'
