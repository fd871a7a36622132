/** The way of one event, from sealing to its count; and from which pages the site takes events. */
import { type Answer, isGood } from '../explain'
import { AGENT, probe, type Probed } from '../probe'
import { ask } from '../server'
import { Stop } from '../stop'
import { type Check, ok, wrong } from './check'
import type { Patient } from './patient'

export async function* eventChecks(patient: Patient, page?: URL): AsyncGenerator<Check> {
  const { server, site, at } = patient
  try {
    const before = await refusalsAt(patient)
    const probed = await probe(server, site.site, { at })
    yield await countCheck(patient, probed, before)
    yield corsCheck(probed)
    yield page ? await pageCheck(patient, probed, page) : originsCheck(site.origins)
  } catch (error) {
    if (!(error instanceof Stop)) throw error
    yield wrong('event', error.message, 'see what stands between browsers and the server: a proxy, a firewall, a cache')
  }
}

async function countCheck(patient: Patient, probed: Probed, before: readonly Refused[]): Promise<Check> {
  const { counted, ms, page } = probed
  if (counted === 1) return ok('event', `counted once though sent twice, and acknowledged in ${Math.round(ms)} ms`)
  if (counted > 1)
    return wrong('event', `one event that was sent twice counted ${counted} times`, 'report it: it must not be')
  // The second is what its own request was refused for, which the way may have changed; it may be told late.
  const refusal = (await refusalOf(patient, probed, page)) ?? risen(before, await refusalsAt(patient))
  return refusal
    ? wrong('event', `a sealed event did not count: ${refusal.why}`, refusal.mend)
    : wrong(
        'event',
        'a sealed event was acknowledged and did not count',
        `ask /status?site=${probed.site} what was refused`,
      )
}

interface Refused {
  reason: string
  events: number
  why: string
  mend: string
}

async function refusalsAt({ server, site }: Patient): Promise<readonly Refused[]> {
  return (await ask<{ refusals: Refused[] }>(server, 'GET', `/status?site=${site.site}`)).refusals
}

const risen = (before: readonly Refused[], after: readonly Refused[]): Refused | undefined =>
  after.find(({ reason, events }) => events > (before.find((each) => each.reason === reason)?.events ?? 0))

/** As the server itself judges it, if it came from there in a browser. */
async function refusalOf({ server }: Patient, { envelope }: Probed, page: string) {
  const body = { envelope, page, agent: AGENT }
  const { envelopes } = await ask<Answer>(server, 'POST', '/api/explain', body, { has: 'envelopes' })
  const [explained] = envelopes
  return explained && !isGood(explained) ? explained.refusal : undefined
}

/** Else the script would send each event until it is too old. */
const corsCheck = ({ headers }: Probed): Check =>
  headers.get('access-control-allow-origin') === '*'
    ? ok('answers', 'pages may read them')
    : wrong(
        'answers',
        'no page may read them, so the script sends each event again and again',
        'let Access-Control-Allow-Origin through: something on the way takes it out or writes another',
      )

async function pageCheck(patient: Patient, probed: Probed, { origin }: URL): Promise<Check> {
  const refusal = await refusalOf(patient, probed, origin)
  const { name, origins } = patient.site
  if (refusal?.reason === 'origin') {
    const listed = origins.map((each) => JSON.stringify(each)).join(', ')
    return wrong(
      'origins',
      `what ${origin} sends is refused: ${name} takes events from ${origins.join(', ')}`,
      `add its host to the site's origins if it is yours: {"origins": [${listed}, ${JSON.stringify(new URL(origin).host)}]}`,
    )
  }
  return ok('origins', `${name} takes events from ${origin}`)
}

const originsCheck = (origins: readonly string[]): Check =>
  ok(
    'origins',
    origins.length
      ? `events count from pages of ${origins.join(', ')}; --page URL checks one`
      : 'events count from pages of any origin; --page URL checks one',
  )
