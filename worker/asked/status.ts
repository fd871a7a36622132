/** What may be asked of a site's state, and of nothing but a site. */
import { site } from './graph'
import { query } from './parameter'

export const StatusQuery = query({ site: site() })
