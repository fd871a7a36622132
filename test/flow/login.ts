/** Logs in to the dashboard as a browser does that has opened the link. */
import { call } from './api'
import type { Server } from './server'

/** What it sends from then on. */
export async function logIn(server: Server): Promise<string> {
  const { body } = await call<{ code: string }>(server, 'POST', '/api/logins')
  const answer = await fetch(`${server.origin}/login`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Origin: server.origin },
    body: JSON.stringify(body),
  })
  return answer.headers.getSetCookie()[0]!.split(';')[0]!
}
