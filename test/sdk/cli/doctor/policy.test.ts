import { describe, expect, test } from 'vitest'
import { forbidding, policiesOf, type Use } from '../../../../sdk/cli/doctor/policy'

const PAGE = 'https://shop.example/a'
const SCRIPT = 'https://stats.example.com/b/7.js'

const isAllowed = (policy: string, use: Use, url: string, { page = PAGE, nonce = '' } = {}) =>
  forbidding(policiesOf(policy), { use, url: new URL(url), page: new URL(page), nonce }) === undefined

describe('a policy', () => {
  test.each<[policy: string, use: Use, url: string, allowed: boolean]>([
    ['', 'script', SCRIPT, true],
    ["style-src 'self'", 'script', SCRIPT, true],
    ["default-src 'none'", 'script', SCRIPT, false],
    ["default-src 'none'", 'connect', SCRIPT, false],
    ["default-src 'none'; connect-src stats.example.com", 'connect', SCRIPT, true],
    ["default-src 'none'; connect-src stats.example.com", 'img', SCRIPT, false],
    ['default-src stats.example.com; script-src', 'script', SCRIPT, false],
    ["script-src 'none'; script-src-elem stats.example.com", 'script', SCRIPT, true],
    ['script-src stats.example.com; script-src-elem other.example', 'script', SCRIPT, false],
    ['script-src stats.example.com; script-src other.example', 'script', SCRIPT, true],
    ['SCRIPT-SRC  STATS.example.COM ;', 'script', SCRIPT, true],
    // Sources.
    ['script-src *', 'script', SCRIPT, true],
    ['script-src https:', 'script', SCRIPT, true],
    ['script-src http:', 'script', SCRIPT, true],
    ['script-src data:', 'script', SCRIPT, false],
    ['img-src data: blob:', 'img', SCRIPT, false],
    ["script-src 'self'", 'script', SCRIPT, false],
    ["script-src 'self'", 'script', 'https://shop.example/js/7.js', true],
    ["script-src 'self'", 'script', 'https://shop.example:8443/js/7.js', false],
    ["script-src 'unsafe-inline'", 'script', SCRIPT, false],
    ['script-src https://stats.example.com', 'script', SCRIPT, true],
    ['script-src http://stats.example.com', 'script', SCRIPT, true],
    ['script-src https://stats.example.com', 'script', 'http://stats.example.com/b/7.js', false],
    ['script-src stats.example.com', 'script', 'http://stats.example.com/b/7.js', false],
    ['script-src *.example.com', 'script', SCRIPT, true],
    ['script-src *.example.com', 'script', 'https://example.com/b/7.js', false],
    ['script-src *.stats.example.com', 'script', SCRIPT, false],
    ['script-src https://*', 'script', SCRIPT, true],
    ['script-src notstats.example.com ats.example.com', 'script', SCRIPT, false],
    // Ports.
    ['script-src stats.example.com', 'script', 'https://stats.example.com:8443/b/7.js', false],
    ['script-src stats.example.com:8443', 'script', 'https://stats.example.com:8443/b/7.js', true],
    ['script-src stats.example.com:*', 'script', 'https://stats.example.com:8443/b/7.js', true],
    ['script-src stats.example.com:443', 'script', SCRIPT, true],
    ['script-src http://stats.example.com:80', 'script', SCRIPT, true],
    ['script-src https://stats.example.com:80', 'script', SCRIPT, false],
    // Paths.
    ['script-src stats.example.com/', 'script', SCRIPT, true],
    ['script-src stats.example.com/b/', 'script', SCRIPT, true],
    ['script-src stats.example.com/b', 'script', SCRIPT, false],
    ['script-src stats.example.com/b/7.js', 'script', SCRIPT, true],
    ['script-src stats.example.com/B/7.js', 'script', SCRIPT, false],
    ['connect-src stats.example.com/p/', 'connect', 'https://stats.example.com/p/EQr', true],
    // Several policies: each must allow.
    ['script-src https:, script-src stats.example.com', 'script', SCRIPT, true],
    ["script-src https:, default-src 'none'", 'script', SCRIPT, false],
  ])('"%s" for %s of %s: %s', (policy, use, url, allowed) => {
    expect(isAllowed(policy, use, url)).toBe(allowed)
  })

  test.each<[policy: string, nonce: string, allowed: boolean]>([
    ["script-src 'nonce-r4nd0m'", 'r4nd0m', true],
    ["script-src 'nonce-r4nd0m'", 'R4ND0M', false],
    ["script-src 'nonce-r4nd0m'", '', false],
    ["script-src 'nonce-r4nd0m' stats.example.com", '', true],
    ["script-src 'nonce-r4nd0m' 'strict-dynamic' https:", 'r4nd0m', true],
    ["script-src 'nonce-r4nd0m' 'strict-dynamic' https: stats.example.com", '', false],
  ])('"%s" for a tag of nonce "%s": %s', (policy, nonce, allowed) => {
    expect(isAllowed(policy, 'script', SCRIPT, { nonce })).toBe(allowed)
  })

  test('of an http page means the same host by https as well', () => {
    const page = 'http://shop.example/a'
    expect(isAllowed("script-src 'self'", 'script', 'https://shop.example/js/7.js', { page })).toBe(true)
    expect(isAllowed('script-src stats.example.com', 'script', SCRIPT, { page })).toBe(true)
    expect(isAllowed("script-src 'self'", 'script', SCRIPT, { page })).toBe(false)
  })

  test('that forbids is named as it is written', () => {
    const [url, page] = [new URL(SCRIPT), new URL(PAGE)]
    const policies = policiesOf("img-src *; default-src 'self' https://cdn.example")
    expect(forbidding(policies, { use: 'connect', url, page })).toBe("default-src 'self' https://cdn.example")
  })
})
