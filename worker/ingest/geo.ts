/**
 * Where a request comes from: by Cloudflare's own fields, else by the operator's .mmdb file, else unknown.
 * Approximate by nature: sets disagree, and a network's seat is not its user's.
 */
import { Reader, type Response } from 'mmdb-lib'

export interface Geo {
  country?: string
  region?: string
  city?: string
  /** Who runs the network: the provider's name. */
  network?: string
}

type Fields = Record<string, unknown>
const fieldsOf = (value: unknown): Fields => (typeof value === 'object' && value !== null ? (value as Fields) : {})
const textOf = (value: unknown): string | undefined => (typeof value === 'string' && value ? value : undefined)

function geo(country?: string, region?: string, city?: string, network?: string): Geo {
  return { ...(country && { country }), ...(region && { region }), ...(city && { city }), ...(network && { network }) }
}

/** MaxMind's City and ASN, and DB-IP's files of the same shape. */
function geoOfRecord(record: Fields): Geo {
  const subdivisions = record.subdivisions
  const region = fieldsOf(Array.isArray(subdivisions) ? subdivisions[0] : undefined)
  const english = (place: unknown) => textOf(fieldsOf(fieldsOf(place).names).en)
  return geo(
    textOf(fieldsOf(record.country).iso_code),
    textOf(region.iso_code) ?? english(region),
    english(record.city),
    textOf(record.autonomous_system_organization),
  )
}

/** An MMDB file in memory. The constructor throws where it is not one. */
export class GeoFile {
  private readonly reader: Reader<Response>

  constructor(bytes: Uint8Array) {
    // The library insists on node's Buffer; this is a view, not a copy.
    this.reader = new Reader<Response>(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength))
  }

  /** Nothing where the address is not in the file, or the file is broken there: geo must never cost an event. */
  find(address: string): Geo {
    // A tree of IPv4 alone would take an IPv6 address's first bits for one.
    if (this.reader.metadata.ipVersion === 4 && address.includes(':')) return {}
    try {
      return geoOfRecord(fieldsOf(this.reader.get(address)))
    } catch {
      return {}
    }
  }
}

/** Cloudflare's word for "no idea". */
const NOWHERE = 'XX'

/** `cf` is the request's own; one without a country is plain workerd's. */
export function geoOf(cf: unknown, file?: GeoFile, address?: string): Geo {
  const { country, region, regionCode, city, asOrganization } = fieldsOf(cf)
  if (country !== undefined) {
    const known = country === NOWHERE ? undefined : textOf(country)
    return geo(known, textOf(regionCode) ?? textOf(region), textOf(city), textOf(asOrganization))
  }
  return file && address !== undefined ? file.find(address) : {}
}
