/** Whether an address can be listened on, asked before the runtime is: its own words for it help nobody. */
import { createServer } from 'node:net'
import { Stop } from './stop'

/** The error's code, or undefined where it can be listened on. */
const trouble = (host: string, port: number): Promise<string | undefined> =>
  new Promise((resolve) => {
    const server = createServer()
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message))
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(undefined)))
  })

/** How far to look for a neighbour that is free; past it, any free port is named by PORT=0. */
const NEIGHBOURS = 100

async function freeNeighbour(host: string, port: number): Promise<number> {
  for (let next = port + 1; next <= Math.min(port + NEIGHBOURS, 65535); next++) {
    if (!(await trouble(host, next))) return next
  }
  return 0
}

/** Ends the command where the address can't be had, and says what can. */
export async function checkPort(host: string, port: number): Promise<void> {
  const code = await trouble(host, port)
  if (!code) return
  if (code === 'EADDRINUSE') {
    throw new Stop(`port ${port} is taken. Free: PORT=${await freeNeighbour(host, port)}, before the same command`)
  }
  if (code === 'EACCES') throw new Stop(`port ${port} needs rights this user has not. Ports from 1024 on need none.`)
  throw new Stop(`HOST=${host} is no address of this machine (${code})`)
}
