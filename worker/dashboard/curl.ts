/** How a route is asked from a shell, with the examples that its description gives. */
import type { Operation } from '../reference/document'
import type { By } from '../reference/route'

const VARIABLES: Record<By, string> = { admin: '$ADMIN', write: '$WRITE', read: '$READ', share: '$SHARE' }
/** What a shell and a URL take as it is. */
const PLAIN = /^[\w.,:-]+$/

interface Asked {
  method: string
  path: string
  operation: Operation
}

export function curlOf(origin: string, { method, path, operation }: Asked): string {
  const { security, parameters = [], requestBody } = operation
  const [by] = security.flatMap((each) => Object.keys(each) as By[]) // Its keys are those.
  const given = parameters.flatMap(({ name, example, content }) => {
    const text = example ?? content?.['application/json']?.example
    return text === undefined ? [] : [[name, typeof text === 'string' ? text : JSON.stringify(text)] as const]
  })
  const query = by === 'share' ? [['share', VARIABLES.share] as const, ...given] : given
  const [type, media] = Object.entries(requestBody?.content ?? {})[0] ?? []
  const isRead = method === 'get'
  const parts = [
    ['curl', query.length > 0 && isRead && '-G', !isRead && !media && `-X ${method.toUpperCase()}`]
      .filter(Boolean)
      .join(' '),
    ...(by && by !== 'share' ? [`-H "Authorization: Bearer ${VARIABLES[by]}"`] : []),
    ...(media && method !== 'post' ? [`-X ${method.toUpperCase()}`] : []),
    ...(media ? [`-H "Content-Type: ${type}"`, `-d ${quoted(bodyOf(media.example))}`] : []),
    ...query.map(pair),
    addressOf(origin + path),
  ]
  return parts.join(parts.length > 3 ? ' \\\n  ' : ' ')
}

/** What an owner fills in himself stands in capitals. */
const addressOf = (url: string): string => url.replaceAll(/\{(\w+)\}/g, (_, name: string) => name.toUpperCase())

const bodyOf = (example: unknown): string =>
  example === undefined ? '…' : typeof example === 'string' ? example : JSON.stringify(example)

const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`

const pair = ([name, value]: readonly [string, string]): string => {
  if (value.startsWith('$')) return `-d "${name}=${value}"`
  return PLAIN.test(value) ? `-d ${name}=${value}` : `--data-urlencode ${quoted(`${name}=${value}`)}`
}
