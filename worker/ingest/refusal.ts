/**
 * Every way in which what arrives is not counted, in words for the site's owner: what it is, and how to mend it.
 * The sender never learns which one it was: a forger must learn nothing.
 */
interface Refusal {
  why: string
  mend: string
}

export const refusals = {
  malformed: {
    why: 'The text is not an envelope of this version, or holds something of the wrong shape.',
    mend: 'Load the script from this server, and see that no proxy rewrites, cuts or re-encodes the URL.',
  },
  kind: {
    why: 'The envelope is genuine in form but of a kind that is not counted here, such as a share token.',
    mend: 'Use share tokens to read; send beacons and pixels to be counted.',
  },
  forged: {
    why: 'The seal does not fit: made or edited without the site’s key, or sealed for another site.',
    mend: 'Check that the page loads the script of this very site; otherwise somebody is trying, and nothing is to be done.',
  },
  stale: {
    why: 'It was sealed with a key of an older or much later week.',
    mend: 'Let the script’s cache headers through to the browser, so that pages fetch the current key.',
  },
  static: {
    why: 'It was sealed with the site’s key that never expires, which this site does not allow.',
    mend: 'Load the script by its tag, or switch `static` on in the site’s settings.',
  },
  retired: {
    why: 'It was sealed under a master key that this deployment no longer has.',
    mend: 'Put the old master key back beside the new one until its pixels are out of use.',
  },
  late: {
    why: 'The event is more than 72 hours old, so that a repeat could no longer be told from the first.',
    mend: 'Nothing for a single one; many point to a wrong clock or to a server that was away for days.',
  },
  ahead: {
    why: 'The event claims a time more than eight days ahead.',
    mend: 'The sender’s clock is wrong; the script corrects itself after its first answer.',
  },
  bot: {
    why: 'The user agent names itself a crawler or an automated browser.',
    mend: 'Nothing is to be done, unless it is your own test: then give its browser an ordinary user agent.',
  },
  'no-agent': {
    why: 'The request names no user agent, as no browser would.',
    mend: 'Send events of your own programs through /count with the write key.',
  },
  origin: {
    why: 'It came from a page that the site’s or the pixel’s own origins do not list, or a pixel with origins was not told which page shows it.',
    mend: 'Add the host to the origins if it is yours; a pixel in a mail needs `allowMissing`.',
  },
  expired: {
    why: 'The pixel’s last day is over.',
    mend: 'Mint a new pixel with a later expiry.',
  },
  early: {
    why: 'The pixel does not count yet.',
    mend: 'Wait for its first day, or mint one without it.',
  },
  revoked: {
    why: 'The pixel was revoked, by itself or with all that the site had minted before.',
    mend: 'Mint another and put it in place of the old one.',
  },
  slot: {
    why: 'The URL fills in something the pixel does not leave open, or a value outside its range.',
    mend: 'Mint the pixel with that slot and a range wide enough.',
  },
  spent: {
    why: 'The pixel has counted as often as its cap allows.',
    mend: 'Nothing if one is meant for one reader; else mint one with a higher cap.',
  },
  'opt-out': {
    why: 'A view by a pixel, from a browser whose opt-out the site respects.',
    mend: 'Nothing: the script would not have counted it either.',
  },
  unlisted: {
    why: 'No site of this deployment has that number.',
    mend: 'Check the script’s address; a deleted site’s number is never given again.',
  },
  'too-big': {
    why: 'The request is larger than one is allowed to be.',
    mend: 'Send fewer or smaller events at once.',
  },
  seq: {
    why: 'Its page load has sealed more envelopes than one may.',
    mend: 'Nothing for the script, which takes a new key pair long before; a sender of your own must do the same.',
  },
  flood: {
    why: 'So much came from one address and browser that the rest of it is not believed.',
    mend: 'Set `rate` to false for this site if an office or a test of yours stands behind that address.',
  },
  rate: {
    why: 'One address sent faster than the site allows and was asked to come again: the script does, a pixel does not.',
    mend: 'Raise `rate` in the site’s settings if many people stand behind that address.',
  },
  metric: {
    why: 'The event counted, but without a metric that a browser may not send for this site.',
    mend: 'Name the metric and its range in `allow` of the site’s settings, or send it by pixel or from your server.',
  },
  decision: {
    why: 'An exposure or a reward brought no id that was given here for that option, or its experiment is gone, paused or over, or the reward came too late.',
    mend: 'Send what `/decide` answered as `id` back unchanged, within the experiment’s window; make the experiment before its page asks.',
  },
  names: {
    why: 'It was tracked under a name too many: an experiment, a variant or a goal that there was no room for.',
    mend: 'Delete experiments that are over; if the names are none of yours, somebody made them up: list your `origins`.',
  },
  dest: {
    why: 'The URL was opened as a page of its own, or loaded as something that is no picture.',
    mend: 'Nothing: it is counted when a page or a mail loads it as a picture.',
  },
  forwarded: {
    why: 'What another Graupel forwarded is no event that can be counted here.',
    mend: 'Bring both servers to the same release.',
  },
  dropped: {
    why: 'A browser could not reach this server for so long that more events waited than it keeps; the oldest were dropped.',
    mend: 'See that the server is up, and that the page’s network and policy let requests to it through.',
  },
  prefetch: {
    why: 'The browser only prepared the page; nobody saw it.',
    mend: 'Nothing: it is counted when the page is shown.',
  },
} as const satisfies Record<string, Refusal>

export type Reason = keyof typeof refusals

const isReason = (text: string): text is Reason => Object.hasOwn(refusals, text)

/** Summed by reason, the most frequent first, each in its words. A reason of another version is left out: it has none here. */
export function tally(counts: readonly (readonly [reason: string, events: number])[]) {
  const sums = new Map<Reason, number>()
  for (const [reason, events] of counts) if (isReason(reason)) sums.set(reason, (sums.get(reason) ?? 0) + events)
  return [...sums].sort(([, a], [, b]) => b - a).map(([reason, events]) => ({ reason, events, ...refusals[reason] }))
}
