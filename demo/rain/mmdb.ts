/**
 * Writes a MaxMind DB, for make-believe networks: a binary trie of networks whose leaves point at records.
 * https://maxmind.github.io/MaxMind-DB/ · IPv6 tree of 32-bit records, IPv4 below ::/96, each record written once.
 */
type Field = string | number | boolean | readonly Field[] | { readonly [name: string]: Field }

export interface MmdbEntry {
  /** `10.1.0.0/16` or `2001:db8::/32` */
  network: string
  record: object
}

const MARKER = Uint8Array.of(0xab, 0xcd, 0xef, ...new TextEncoder().encode('MaxMind.com'))
const SEPARATOR = new Uint8Array(16)
const TYPE = { text: 2, double: 3, map: 7, uint32: 6, uint64: 9, list: 11, boolean: 14 }

const big = (value: number, bytes: number): number[] =>
  Array.from({ length: bytes }, (_, i) => Math.floor(value / 256 ** (bytes - 1 - i)) % 256)

/** Control byte: type in the upper three bits, or 0 and the type less 7 in the next byte; then the size. */
function control(type: number, size: number): number[] {
  const [low, rest] = size < 29 ? [size, []] : size < 285 ? [29, big(size - 29, 1)] : [30, big(size - 285, 2)]
  return type < 8 ? [(type << 5) | low, ...rest] : [low, type - 7, ...rest]
}

function field(value: Field): number[] {
  if (typeof value === 'string') {
    const bytes = new TextEncoder().encode(value)
    return [...control(TYPE.text, bytes.length), ...bytes]
  }
  if (typeof value === 'boolean') return control(TYPE.boolean, Number(value))
  if (typeof value === 'number') {
    if (Number.isInteger(value) && value >= 0 && value < 2 ** 32) return [...control(TYPE.uint32, 4), ...big(value, 4)]
    const double = new DataView(new ArrayBuffer(8))
    double.setFloat64(0, value)
    return [...control(TYPE.double, 8), ...new Uint8Array(double.buffer)]
  }
  if (Array.isArray(value)) return [...control(TYPE.list, value.length), ...value.flatMap(field)]
  const entries = Object.entries(value)
  return [
    ...control(TYPE.map, entries.length),
    ...entries.flatMap(([name, below]) => [...field(name), ...field(below)]),
  ]
}

function groups(text: string): number[] {
  return text ? text.split(':').flatMap((group) => big(Number.parseInt(group, 16), 2)) : []
}

function bitsOf(network: string): number[] {
  const [address = '', length = ''] = network.split('/')
  const v6 = address.includes(':')
  const [left = '', right = ''] = address.split('::')
  const head = groups(left)
  const tail = groups(right)
  const bytes = v6
    ? [...head, ...new Array<number>(16 - head.length - tail.length).fill(0), ...tail]
    : [...new Array<number>(12).fill(0), ...address.split('.').map(Number)]
  const bits = bytes.flatMap((byte) => Array.from({ length: 8 }, (_, i) => (byte >> (7 - i)) & 1))
  return bits.slice(0, Number(length) + (v6 ? 0 : 96))
}

/** Each side of a node: another node, a record's offset, or nothing. */
type Side = { node: number } | { data: number } | undefined
type Node = [Side, Side]

export function writeMmdb(entries: readonly MmdbEntry[], type = 'Test-City'): Uint8Array {
  const nodes: Node[] = [[undefined, undefined]]
  const data: number[] = []
  for (const { network, record } of entries) {
    const bits = bitsOf(network)
    const offset = data.length
    data.push(...field(record as Field))
    let at = 0
    for (const [depth, bit] of bits.entries()) {
      const side = nodes[at]![bit]
      if (depth === bits.length - 1) nodes[at]![bit] = { data: offset }
      else if (side && 'node' in side) at = side.node
      else {
        // A wider network stood here: both halves of the new node go on saying what it said.
        nodes.push([side, side])
        nodes[at]![bit] = { node: nodes.length - 1 }
        at = nodes.length - 1
      }
    }
  }
  const value = (side: Side) =>
    !side ? nodes.length : 'node' in side ? side.node : nodes.length + SEPARATOR.length + side.data
  const trie = nodes.flatMap((sides) => sides.flatMap((side) => big(value(side), 4)))
  const metadata: Record<string, Field> = {
    binary_format_major_version: 2,
    binary_format_minor_version: 0,
    build_epoch: 1_700_000_000,
    database_type: type,
    description: { en: 'made up' },
    ip_version: 6,
    languages: ['en'],
    node_count: nodes.length,
    record_size: 32,
  }
  return Uint8Array.from([...trie, ...SEPARATOR, ...data, ...MARKER, ...field(metadata)])
}
