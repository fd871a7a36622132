/** A page that is to be counted: fetched as a browser would, and looked at for what keeps the script from counting it. */
import { get } from '../get'
import { AGENT } from '../probe'
import { Stop } from '../stop'
import { type Check, note, ok, wrong } from './check'
import { readHtml } from './html'
import { isHere, keyAt, type Patient, scriptOf } from './patient'
import { forbidding, policiesOf, type Policy } from './policy'
import { amountCheck, attributeChecks, isFrom, isOf, type Tag, tagsOf } from './tag'

/** What stands further down no browser waits for, and no page is that long before its scripts. */
const MOST_BYTES = 2 * 1024 * 1024

interface Fetched {
  /** Where it came from in the end. */
  url: URL
  text: string
  policies: Policy[]
}

export async function* pageChecks(patient: Patient, asked: URL): AsyncGenerator<Check> {
  const page = await fetched(asked)
  if ('check' in page) return yield page
  const html = readHtml(page.text)
  const tags = tagsOf(html, page.url)
  const own = tags.filter((tag) => isOf(tag, patient.site))
  const others = tags.filter((tag) => isFrom(tag, originsOf(patient), patient.site))
  yield amountCheck(own, others, patient.site)
  const [tag] = own
  if (!tag) return
  yield* attributeChecks(tag, page.url)
  yield* serverChecks(patient, tag)
  const target = targetOf(tag)
  yield mixedCheck(page.url, tag.src, target)
  const policies = [...page.policies, ...html.policies.flatMap(policiesOf)]
  yield policyCheck(policies, { page: page.url, tag, target })
}

async function fetched(asked: URL): Promise<Fetched | Check> {
  try {
    const headers = { 'User-Agent': AGENT, Accept: 'text/html,application/xhtml+xml' }
    const answer = await get(asked, { headers })
    const type = answer.headers.get('content-type') ?? 'nothing'
    if (!answer.ok || !/html/.test(type)) {
      await answer.body?.cancel()
      return wrong('page', `${asked.href} is no page: it answered ${answer.status}, ${type}`)
    }
    const policies = policiesOf(answer.headers.get('content-security-policy') ?? '')
    return { url: new URL(answer.url), text: await beginningOf(answer), policies }
  } catch (error) {
    if (!(error instanceof Stop)) throw error
    return wrong('page', error.message)
  }
}

async function beginningOf({ body }: Response): Promise<string> {
  const decoder = new TextDecoder()
  let [text, bytes] = ['', 0]
  for await (const chunk of body ?? []) {
    text += decoder.decode(chunk, { stream: true })
    bytes += chunk.byteLength
    if (bytes >= MOST_BYTES) break
  }
  return text
}

const originsOf = ({ server, at }: Patient): string[] => [at, server.origin, server.shown]

/** Where its envelopes go. */
function targetOf({ attributes, src }: Tag): URL {
  const host = attributes.get('data-host')
  return new URL('/p/', host !== undefined && URL.canParse(host) ? host : src)
}

/** The same script may come by another address, as behind the page's own host; its key says whose it is. */
async function* serverChecks(patient: Patient, tag: Tag): AsyncGenerator<Check> {
  const places = new Map([
    ['the tag', tag.src.href],
    ['data-host', tag.attributes.has('data-host') ? scriptOf(patient.site, targetOf(tag).origin) : ''],
  ])
  for (const [what, script] of places) {
    if (!script || originsOf(patient).includes(new URL(script).origin)) continue
    const [there, here] = await Promise.all([script, scriptOf(patient.site, patient.at)].map((at) => keyAt(at)))
    const { origin } = new URL(script)
    yield there !== undefined && there === here
      ? ok('server', `${what} names ${origin}, which leads here`)
      : wrong('server', `${what} names ${origin}, which is not this server`, `let it name ${patient.at}`)
  }
}

/** What a browser keeps from a page because it would come in clear. */
export function mixedCheck(page: URL, ...loaded: URL[]): Check {
  // Browsers take their own machine for safe.
  const insecure = loaded.find(({ protocol, origin }) => protocol === 'http:' && !isHere(origin))
  return page.protocol === 'https:' && insecure
    ? wrong(
        'https',
        `an https page loads nothing from ${insecure.origin}`,
        'put the server behind TLS, and give GRAUPEL_URL its https origin',
      )
    : ok(
        'https',
        page.protocol === 'https:' ? 'page and script are both safe' : 'the page is http and may load from anywhere',
      )
}

function policyCheck(policies: readonly Policy[], { page, tag, target }: { page: URL; tag: Tag; target: URL }): Check {
  const nonce = tag.attributes.get('nonce')
  const script = forbidding(policies, { use: 'script', url: tag.src, page, ...(nonce && { nonce }) })
  if (script !== undefined) {
    const isByNonce = /'nonce-|'strict-dynamic'/i.test(script)
    const mend = isByNonce ? "give the tag the page's nonce" : `add ${tag.src.origin} to script-src`
    return wrong('policy', `the page's policy forbids the script: ${script}`, mend)
  }
  const [fetch, picture] = (['connect', 'img'] as const).map((use) => forbidding(policies, { use, url: target, page }))
  if (fetch === undefined)
    return ok('policy', policies.length ? "the page's policy allows the script and its requests" : 'the page has none')
  if (picture === undefined)
    return note(
      'policy',
      `the page's policy forbids requests (${fetch}), so the script sends pictures instead, which hold less`,
      `add ${target.origin} to connect-src`,
    )
  return wrong(
    'policy',
    `the page's policy lets the script send nothing: ${fetch}`,
    `add ${target.origin} to connect-src`,
  )
}
