import { expect, test } from 'vitest'
import { contextOf } from '../../../worker/ingest/context'
import { tree } from '../../../worker/ingest/tree'

const derived = tree([
  ['country', tree([['SE', tree([['AB', 'Stockholm']])]])],
  ['device', 'mobile'],
  ['browser', 'unknown'],
])
const NAMES = ['country', 'device', 'browser', 'plan']

test.each([
  [{}, ['SE', 'mobile', null, null]],
  [{ country: 'US' }, ['US', 'mobile', null, null]],
  [{ country: { US: 'CA' } }, ['US', 'mobile', null, null]],
  [{ country: { US: {}, DE: {} } }, ['US', 'mobile', null, null]],
  [{ plan: 7, browser: true }, ['SE', 'mobile', 'true', '7']],
  [{ plan: ['pro', 'yearly'] }, ['SE', 'mobile', null, 'pro']],
  [
    ['plan', 'pro'],
    ['SE', 'mobile', null, 'pro'],
  ],
  [
    [['plan', 'pro'], ['country', 'US', 'CA'], ['device']],
    ['US', null, null, 'pro'],
  ],
  [{ plan: {} }, ['SE', 'mobile', null, null]],
  [{ plan: '' }, ['SE', 'mobile', null, null]],
  [{ __proto__: null, constructor: 'x' }, ['SE', 'mobile', null, null]],
  ['plan', ['SE', 'mobile', null, null]],
  [null, ['SE', 'mobile', null, null]],
])('of what is said as %j is %j', (said, values) => {
  expect(contextOf(NAMES, said, derived)).toEqual(values)
})
