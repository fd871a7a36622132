/** All of sealing and nothing else, for its size. */
import { pairNow, pairSoon, renew } from '../../../sdk/seal/pair'
import { seal } from '../../../sdk/seal/seal'

Object.assign(globalThis, { seal: [pairNow, pairSoon, renew, seal] })
