/** Where a page or a file lies, as host and path; the scheme tells an owner nothing. Apps come as `android-app://name`. */
export interface Place {
  /** In lower case, with its port; empty where the text begins with the path. */
  host: string
  /** From the first slash on; a query stands in it only where the sender sent one. */
  path: string
}

const PLACE = /^(?:[a-z][a-z0-9+.-]*:\/\/)?([^/?#]*)([^#]*)/i

export function placeOf(text: string): Place {
  const [, host = '', rest = ''] = PLACE.exec(text) ?? []
  return { host: host.toLowerCase(), path: rest.startsWith('/') ? rest : `/${rest}` }
}

export const hostOf = (text: string): string => placeOf(text).host

export const withoutQuery = ({ host, path }: Place): Place => ({ host, path: path.replace(/\?.*$/s, '') })
