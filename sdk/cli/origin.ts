/** How an address that is listened on is written, and how it is reached from the machine itself. */
const bracketed = (host: string): string => (host.includes(':') ? `[${host}]` : host)

export const addressOf = (host: string, port: number): string => `${bracketed(host)}:${port}`

/** What listens on every address is reached by the loopback one. */
const REACHABLE: Record<string, string> = { '0.0.0.0': '127.0.0.1', '::': '::1' }

export const originOf = (host: string, port: number): string => `http://${addressOf(REACHABLE[host] ?? host, port)}`
