/**
 * Logging in: the launcher asks for a one-time code with the admin token and prints `/login#<code>`. The code stands
 * behind the #, so that no server log ever holds it; the page posts it, and it is good once.
 */
import { type Context, Hono } from 'hono'
import { encode } from '../../sdk/wire/base64url'
import { LoginCode } from '../asked/deployment'
import { pod } from '../env'
import { loginPage } from '../dashboard/login'
import { type App, accessOf, bearerFor, logIn, logOut } from './access'
import { readBody } from './body'
import { page } from './page'
import { bodyBy } from './parsed'
import { Problem } from './problem'

const BODY_BYTES = 1024
const CODE_BYTES = 18
/** Long enough to walk to another machine. */
const CODE_MS = 15 * 60_000

export const login = new Hono<App>()
  .post('/api/logins', async (c) => {
    const now = Date.now()
    await bearerFor(c, 'admin', now)
    const code = encode(crypto.getRandomValues(new Uint8Array(CODE_BYTES)))
    await pod(c.env).allow(await digest(code), now + CODE_MS)
    return c.json({ code, expires: now + CODE_MS }, 201)
  })
  .get('/login', (c) => page(c, loginPage))
  .post('/login', async (c) => {
    // Nobody has said who he is yet.
    const { code } = bodyBy(LoginCode, parsed(await readBody(c.req.raw, BODY_BYTES)))
    if (!(await redeem(c, code))) {
      throw new Problem(401, 'this login link was used already, or is too old; `npx graupel login` makes another')
    }
    await logIn(c, Date.now())
    return c.body(null, 204)
  })
  .post('/logout', async (c) => {
    // A page elsewhere logs nobody out.
    await accessOf(c, Date.now())
    logOut(c)
    return c.redirect('/', 303)
  })

async function redeem(c: Context<App>, code: string): Promise<boolean> {
  return pod(c.env).redeem(await digest(code))
}

async function digest(code: string): Promise<string> {
  return encode(new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(code))))
}

function parsed(body: string | undefined): unknown {
  try {
    return JSON.parse(body ?? '')
  } catch {
    return undefined
  }
}
