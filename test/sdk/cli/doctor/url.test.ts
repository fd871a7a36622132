import { expect, test } from 'vitest'
import { urlCheck } from '../../../../sdk/cli/doctor/url'

test.each([
  ['https://stats.example', 'https://stats.example', 'ok', 'https://stats.example', /^snippets name https/],
  ['http://127.0.0.1:8787', 'http://127.0.0.1:8787', 'note', 'http://127.0.0.1:8787', /this machine alone reaches/],
  ['http://[::1]:8787', 'http://[::1]:8787', 'note', 'http://[::1]:8787', /this machine alone reaches/],
  ['http://stats.example', 'http://stats.example', 'note', 'http://stats.example', /no https page loads the script/],
  // Behind a proxy that ends TLS the server hears http.
  ['https://stats.example', 'http://stats.example', 'wrong', 'https://stats.example', /it is reached at https/],
  // No site has a key to compare, and what may be another's is not asked with a token.
  ['http://127.0.0.1:8787', 'https://stats.example', 'note', 'http://127.0.0.1:8787', /^snippets name https/],
])('reached at %s, with snippets that name %s: %s', async (reached, origin, state, at, says) => {
  const found = await urlCheck(reached, { origin })
  expect(found).toMatchObject({ at, check: { check: 'url', state, says: expect.stringMatching(says) } })
})
