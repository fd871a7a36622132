/**
 * A sketch: how many distinct visitors there were, from bytes that merge. HyperLogLog (P. Flajolet et al., 2007) with
 * S. Heule's sparse form ("HyperLogLog in Practice", 2013) and O. Ertl's estimator (estimate.ts).
 *
 * An element is the first 40 bits of a keyed hash, evenly spread already: it is never hashed again. The top p bits choose
 * one of m = 2^p registers; the rank is how many zeros lead the other q = 40 - p bits, plus 1. Each register keeps the
 * greatest rank it met. Few elements see short runs of zeros, many see long ones: the registers tell how many there were.
 *
 *      0110 1001 1100 | 0001 0110 …      p = 12: register 0x69c, three zeros, rank 4
 *
 * Up to a limit the elements themselves are kept, and the count is exact; past it only the registers are. So the state is
 * a function of the set alone, and its bytes are equal however the elements were ordered, split and merged. Version 1:
 *
 *      0  1   version
 *      1  1   daily × 128 + dense × 64 + precision
 *      2      sparse: the elements, ascending, 5 bytes each, up to the end
 *             dense:  the registers, 6 bits each, four to three bytes: aaaaaabb bbbbcccc ccdddddd
 */
import { Elements } from './elements'
import { estimate } from './estimate'

export type Precision = 12 | 14

export const VERSION = 1
/** Counts are exact to here, even where registers would be smaller. */
const EXACT = 1000
const ELEMENT_BITS = 40
const ELEMENT_BYTES = 5
/** A rank is 29 at the most. */
const REGISTER_BITS = 6
const HEAD_BYTES = 2
const DAILY = 0x80
const DENSE = 0x40
const PRECISION = 0x3f
/** A slice holds hundreds of thousands of sketches, most of which met one to three: those take no byte too many. */
const TINY = 3
/** So many are searched one by one. */
const FEW = 16

const denseBytes = (precision: Precision) => (2 ** precision * REGISTER_BITS) / 8

/** The most elements that are kept themselves: as long as they are smaller than registers, and never less than EXACT. */
const limits = {
  12: Math.max(EXACT, Math.floor(denseBytes(12) / ELEMENT_BYTES)),
  14: Math.max(EXACT, Math.floor(denseBytes(14) / ELEMENT_BYTES)),
} satisfies Record<Precision, number>

/** A deploy may run two versions for minutes: what the newer one wrote is for the newer one to read. */
export class NewerSketch extends Error {
  override name = 'NewerSketch'
  constructor(version: number) {
    super(`sketch of version ${version}; this release reads up to ${VERSION}`)
  }
}

export class Sketch {
  readonly precision: Precision
  /** Some element was salted by the day: the same person is another one tomorrow. */
  daily = false
  /** The elements while they are few enough; in no order. */
  private elements: number[] | Elements = []
  /** A byte each in memory; there once the elements are too many. */
  private registers: Uint8Array | undefined

  constructor(precision: Precision) {
    this.precision = precision
  }

  /** An element is a whole number from 0 to below 2^40. */
  add(element: number): void {
    if (this.registers) raise(this.registers, element, ELEMENT_BITS - this.precision)
    else this.keep(element)
  }

  /** Makes this the sketch of both sets. */
  merge(other: Sketch): void {
    if (other.precision !== this.precision) {
      throw new RangeError(`a sketch of precision ${other.precision} into one of ${this.precision}`)
    }
    if (other.daily) this.daily = true
    if (other.registers) greatest(this.dense(), other.registers)
    else for (const element of valuesOf(other.elements)) this.add(element)
  }

  get isExact(): boolean {
    return !this.registers
  }

  /** How many distinct elements: the number itself where exact, else the estimate, rounded. */
  count(): number {
    if (this.registers) {
      // It has registers because the elements were too many: an estimate below that is known to be wrong.
      const least = limits[this.precision] + 1
      return Math.max(least, Math.round(estimate(this.registers, ELEMENT_BITS - this.precision)))
    }
    return sizeOf(this.elements)
  }

  /** The relative standard error of the count: 0 where exact, else 1.04 / √m (Flajolet et al., 2007). */
  get error(): number {
    return this.registers ? 1.04 / Math.sqrt(this.registers.length) : 0
  }

  encode(): Uint8Array {
    const { registers, elements, precision } = this
    const body = registers ? denseBytes(precision) : ELEMENT_BYTES * sizeOf(elements)
    const bytes = new Uint8Array(HEAD_BYTES + body)
    bytes[0] = VERSION
    bytes[1] = (this.daily ? DAILY : 0) + (registers ? DENSE : 0) + precision
    if (registers) pack(registers, bytes)
    else write(elements, bytes)
    return bytes
  }

  static decode(bytes: Uint8Array): Sketch {
    const [version = 0, head = 0] = bytes
    if (version > VERSION) throw new NewerSketch(version)
    const precision = head & PRECISION
    if (precision !== 12 && precision !== 14) throw new RangeError(`a sketch of precision ${precision}`)
    const sketch = new Sketch(precision)
    sketch.daily = (head & DAILY) !== 0
    if (head & DENSE) unpack(bytes, sketch.dense())
    else sketch.elements = read(bytes)
    return sketch
  }

  clone(): Sketch {
    const clone = new Sketch(this.precision)
    clone.daily = this.daily
    clone.elements = Array.isArray(this.elements) ? this.elements.slice() : this.elements.clone()
    clone.registers = this.registers?.slice()
    return clone
  }

  private keep(element: number): void {
    const { elements } = this
    if (!Array.isArray(elements)) {
      elements.add(element)
      if (elements.size > limits[this.precision]) this.dense()
      return
    }
    if (elements.includes(element)) return
    // A list that grows by a push takes room for 16 more at once.
    if (elements.length < TINY) this.elements = elements.concat(element)
    else if (elements.length < FEW) elements.push(element)
    else {
      this.elements = new Elements(elements)
      this.elements.add(element)
    }
  }

  /** Its registers, which from now on are all it has. */
  private dense(): Uint8Array {
    if (this.registers) return this.registers
    const registers = new Uint8Array(2 ** this.precision)
    for (const element of valuesOf(this.elements)) raise(registers, element, ELEMENT_BITS - this.precision)
    this.elements = []
    this.registers = registers
    return registers
  }
}

const sizeOf = (elements: number[] | Elements) => (Array.isArray(elements) ? elements.length : elements.size)
const valuesOf = (elements: number[] | Elements) => (Array.isArray(elements) ? elements : elements.values())

/** `q` bits, 28 at the most, are read for the rank: they lie within the 32 that bitwise operators see. */
function raise(registers: Uint8Array, element: number, q: number): void {
  const index = Math.floor(element / 2 ** q)
  const rank = Math.clz32(element & (2 ** q - 1)) - 32 + q + 1
  if (rank > registers[index]!) registers[index] = rank
}

function greatest(into: Uint8Array, from: Uint8Array): void {
  for (let i = 0; i < into.length; i++) if (from[i]! > into[i]!) into[i] = from[i]!
}

function write(elements: number[] | Elements, bytes: Uint8Array): void {
  let at = HEAD_BYTES
  for (const element of Float64Array.from(valuesOf(elements)).sort()) {
    bytes[at++] = element / 2 ** 32
    bytes[at++] = element >>> 24
    bytes[at++] = element >>> 16
    bytes[at++] = element >>> 8
    bytes[at++] = element
  }
}

function read(bytes: Uint8Array): number[] | Elements {
  const elements: number[] = new Array((bytes.length - HEAD_BYTES) / ELEMENT_BYTES)
  let at = HEAD_BYTES
  for (let i = 0; i < elements.length; i++) {
    const high = bytes[at++]! * 2 ** 32
    const low = (bytes[at++]! << 24) | (bytes[at++]! << 16) | (bytes[at++]! << 8) | bytes[at++]!
    elements[i] = high + (low >>> 0)
  }
  return elements.length > FEW ? new Elements(elements) : elements
}

function pack(registers: Uint8Array, bytes: Uint8Array): void {
  let at = HEAD_BYTES
  for (let i = 0; i < registers.length; i += 4) {
    const four = (registers[i]! << 18) | (registers[i + 1]! << 12) | (registers[i + 2]! << 6) | registers[i + 3]!
    bytes[at++] = four >>> 16
    bytes[at++] = four >>> 8
    bytes[at++] = four
  }
}

function unpack(bytes: Uint8Array, registers: Uint8Array): void {
  let at = HEAD_BYTES
  for (let i = 0; i < registers.length; i += 4) {
    const four = (bytes[at++]! << 16) | (bytes[at++]! << 8) | bytes[at++]!
    registers[i] = four >>> 18
    registers[i + 1] = (four >>> 12) & 0x3f
    registers[i + 2] = (four >>> 6) & 0x3f
    registers[i + 3] = four & 0x3f
  }
}
