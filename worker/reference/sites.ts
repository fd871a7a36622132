/** Routes of a site's owner: sites and their keys, pixels and shares. */
import { NewPixel, NewShare, Revocation } from '../asked/grant'
import { ResetBody } from '../asked/reset'
import { NewSite, SiteChanges } from '../asked/site'
import { Pixels, PixelsMinted, Reset, Share, Shares, Site, Sites } from './owned'
import type { By, Family } from './route'

const ADMIN: readonly By[] = ['admin']
const WRITE: readonly By[] = ['write', 'admin']
const site = { site: 'Number or name.' }
const done = { 204: { about: 'Done.' } }

export const sites: Family = {
  name: 'Sites',
  about: 'Sites, their settings and their keys.',
  routes: [
    {
      method: 'post',
      path: '/api/sites',
      does: 'Makes a site',
      by: ADMIN,
      body: NewSite,
      example: { body: { name: 'shop', timezone: 'Europe/Stockholm', origins: ['shop.example'] } },
      answers: { 201: { about: 'The site, its keys and its script tag.', schema: Site } },
    },
    {
      method: 'get',
      path: '/api/sites',
      does: 'Lists them',
      by: ADMIN,
      answers: { 200: { about: 'Without their keys.', schema: Sites } },
    },
    {
      method: 'get',
      path: '/api/sites/{site}',
      does: 'Shows one',
      by: ADMIN,
      parts: site,
      answers: { 200: { about: 'The site, its keys and its script tag.', schema: Site } },
    },
    {
      method: 'patch',
      path: '/api/sites/{site}',
      does: 'Changes what is named',
      by: ADMIN,
      parts: site,
      body: SiteChanges,
      example: { body: { keep: { raw: 7 } } },
      answers: { 200: { about: 'As it is now.', schema: Site } },
    },
    {
      method: 'delete',
      path: '/api/sites/{site}',
      does: 'Deletes it, with all that was counted',
      by: ADMIN,
      parts: site,
      answers: done,
    },
    {
      method: 'post',
      path: '/api/sites/{site}/keys',
      does: 'Takes a key out of use',
      about:
        'The old one is refused within a minute everywhere. With the key of pixels or shares all that was minted with it is void.',
      by: ADMIN,
      parts: site,
      body: Revocation,
      example: { body: { revoke: 'write' } },
      answers: { 200: { about: 'The site, with the key that stands in its place.', schema: Site } },
    },
    {
      method: 'post',
      path: '/reset',
      does: 'Deletes a type, a path, a metric, or what is known of a visitor',
      about: 'Each narrows the others; a visitor stands alone.',
      by: ADMIN,
      body: ResetBody,
      example: { body: { site: 'shop', type: 'order.test' } },
      answers: { 200: { about: 'The numbers are gone; raw events follow within a minute.', schema: Reset } },
    },
  ],
}

export const grants: Family = {
  name: 'Pixels and shares',
  about: 'URLs that count, and URLs that read.',
  routes: [
    {
      method: 'post',
      path: '/api/sites/{site}/pixels',
      does: 'Mints a pixel, or many',
      by: WRITE,
      parts: site,
      body: NewPixel,
      example: { body: { type: 'order', slots: { dollars: [0, 500], order: 1 } } },
      answers: { 201: { about: 'Its URL, and what to paste.', schema: PixelsMinted } },
    },
    {
      method: 'get',
      path: '/api/sites/{site}/pixels',
      does: 'Lists pixels',
      by: WRITE,
      parts: site,
      answers: { 200: { about: 'Those that were minted one by one.', schema: Pixels } },
    },
    {
      method: 'delete',
      path: '/api/sites/{site}/pixels/{id}',
      does: 'Revokes a pixel',
      by: WRITE,
      parts: { ...site, id: 'Its id.' },
      answers: done,
    },
    {
      method: 'post',
      path: '/api/sites/{site}/shares',
      does: 'Makes a share',
      about: 'A read-only slice. What is left out is not limited.',
      by: ADMIN,
      parts: site,
      body: NewShare,
      example: { body: { type: 'pageview', metrics: ['hits'], periods: ['30d'], origins: ['blog.example'] } },
      answers: { 201: { about: 'The share, and what to paste.', schema: Share } },
    },
    {
      method: 'get',
      path: '/api/sites/{site}/shares',
      does: 'Lists shares',
      by: ADMIN,
      parts: site,
      answers: { 200: { about: 'All that are not revoked.', schema: Shares } },
    },
    {
      method: 'delete',
      path: '/api/sites/{site}/shares/{id}',
      does: 'Revokes a share',
      by: ADMIN,
      parts: { ...site, id: 'Its id.' },
      answers: done,
    },
  ],
}
