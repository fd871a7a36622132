/** Whose each stretch of a log is: written down before it is sent, and known again after a crash. */
import { runInDurableObject } from 'cloudflare:test'
import { expect, test } from 'vitest'
import { HERE, Ledger } from '../../../worker/hail/ledger'
import { madeSite } from '../objects'

/** A ledger on a disk of its own, and the same one as the next life reads it. */
async function onDisk(look: (ledger: Ledger, again: () => Ledger) => void): Promise<void> {
  const { hail } = await madeSite()
  await runInDurableObject(hail(), (_, { storage }) => {
    const ledger = new Ledger(storage, 'g')
    ledger.begin()
    look(ledger, () => new Ledger(storage, 'g'))
  })
}

test('knows whose a position is, and that the rest is nobody’s', () =>
  onDisk((ledger, again) => {
    ledger.assign(10, HERE)
    ledger.assign(20, 'a')
    ledger.assign(25, 'a')
    ledger.assign(30, 'b')
    for (const each of [ledger, again()]) {
      expect([5, 10, 11, 25, 26, 30, 31].map((position) => each.ownerOf(position))).toEqual([
        HERE,
        HERE,
        'a',
        'a',
        'b',
        'b',
        undefined,
      ])
      expect([each.end, each.isHere(10), each.isHere(11), each.isHere(31)]).toEqual([30, true, false, true])
    }
  }))

test('holds the log from the first stretch on that is not known to have arrived', () =>
  onDisk((ledger, again) => {
    ledger.assign(10, HERE)
    expect(ledger.held).toBe(Number.POSITIVE_INFINITY)
    ledger.assign(20, 'a')
    ledger.assign(30, 'b')
    ledger.learn('b', 30)
    expect(ledger.open).toEqual([{ from: 10, until: 20, receiver: 'a' }])
    ledger.learn('a', 15)
    expect([ledger.held, again().held]).toEqual([15, 15])
    ledger.learn('a', 20)
    expect([ledger.open, again().open]).toEqual([[], []])
    expect(ledger.isElsewhere).toBe(true)
  }))

test('opens again what a receiver lost that was restored', () =>
  onDisk((ledger, again) => {
    ledger.assign(10, 'a')
    ledger.assign(20, 'b')
    ledger.assign(30, 'a')
    ledger.learn('a', 30)
    ledger.learn('b', 20)
    ledger.learn('a', 5)
    expect(again().open).toEqual([
      { from: 5, until: 10, receiver: 'a' },
      { from: 20, until: 30, receiver: 'a' },
    ])
  }))

test('says whether a receiver was given anything of a stretch', () =>
  onDisk((ledger) => {
    ledger.assign(10, 'a')
    ledger.assign(20, HERE)
    expect([ledger.isGiven('a', { from: 0, until: 5 }), ledger.isGiven('a', { from: 10, until: 20 })]).toEqual([
      true,
      false,
    ])
    expect([ledger.isHereIn(0, 10), ledger.isHereIn(9, 11), ledger.isHereIn(15, 25)]).toEqual([false, true, true])
  }))

test('forgets the oldest of very many stretches, and none that is open', () =>
  onDisk((ledger, again) => {
    for (let i = 1; i <= 1_100; i++) ledger.assign(i, i % 2 ? 'a' : 'b')
    ledger.learn('a', 1_100)
    ledger.learn('b', 49)
    ledger.forget(1_000)
    // The fiftieth is not known to have arrived.
    expect([ledger.ownerOf(50), ledger.held, again().held]).toEqual(['b', 49, 49])
    ledger.learn('b', 1_100)
    ledger.forget(90)
    expect(again().ownerOf(1)).toBe('a')
    ledger.forget(1_000)
    expect([ledger.ownerOf(1_100), ledger.end, again().end]).toEqual(['b', 1_100, 1_100])
  }))
