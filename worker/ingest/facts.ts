/** What a request says besides its envelope, reduced to what may be counted. The address ends here. */
import { type Agent, agentOf } from './agent'
import { type Geo, type GeoFile, geoOf } from './geo'
import { hintsOf } from './hints'
import { languageOf } from './language'

export interface Facts {
  agent: Agent
  geo: Geo
  language: string
}

export interface Asking {
  header(name: string): string | undefined
  cf: unknown
  address: string | undefined
}

export const factsOf = ({ header, cf, address }: Asking, file?: GeoFile): Facts => ({
  agent: agentOf(header('user-agent'), hintsOf(header)),
  geo: geoOf(cf, file, address),
  language: languageOf(header('accept-language')),
})
