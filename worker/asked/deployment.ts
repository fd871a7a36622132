/** What may be told the deployment itself: whom it forwards to, and who logs in. */
import * as v from 'valibot'
import { exactly, text, texts } from '../../sdk/wire/member'
import { LogSchema } from '../ingest/forwarded'
import { query } from './parameter'

const CODE_CHARACTERS = 64

export const Upstreams = exactly({
  upstreams: v.pipe(texts(), v.description('Origins, tried in this order; an empty list is nobody.')),
})

/** What the page at `/login` posts, or all that `/api/logins` answered. */
export const LoginCode = v.object({ code: text(CODE_CHARACTERS) }, 'is missing')

/** Of which log a forwarder asks how far it is here. */
export const LogQuery = query(LogSchema.entries)
