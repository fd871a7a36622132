/** `/decisions`: pages of a site's experiments, behind the login; and `/results.js`, the element that draws results in any page. */
import { Hono } from 'hono'
import script from 'built-results'
import { decisionsPage } from '../dashboard/decisions'
import { lockedPage } from '../dashboard/login'
import { type App, isLoggedIn } from './access'
import { deploymentOf } from './deployment'
import { elementScript } from './embed'
import { page } from './page'

export const results = new Hono<App>()
  .get('/results.js', (c) => elementScript(c, script))
  .get('/decisions', async (c) => {
    const now = Date.now()
    if (!(await isLoggedIn(c, now))) return page(c, lockedPage, 401)
    const { directory } = await deploymentOf(c.env)
    const sites = await directory.all(c.env, now)
    const { site: asked, decision } = c.req.query()
    const site =
      asked === undefined ? sites.at(-1) : sites.find(({ site, name }) => String(site) === asked || name === asked)
    const shown = { sites, ...(site && { site }), ...(decision !== undefined && { decision }) }
    return page(c, (nonce) => decisionsPage(shown, nonce), site ? 200 : 404)
  })
