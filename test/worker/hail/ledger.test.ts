/** Whose each stretch of a log is: written down before it is sent, and known again after a crash. */
import { runInDurableObject } from 'cloudflare:test'
import { expect, test } from 'vitest'
import { HERE, Ledger } from '../../../worker/hail/ledger'
import { madeSite } from '../objects'

const NOW = 0

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
    expect(ledger.held(NOW)).toBe(Number.POSITIVE_INFINITY)
    ledger.assign(20, 'a')
    ledger.assign(30, 'b')
    ledger.learn('b', 30)
    expect(ledger.open).toEqual([{ from: 10, until: 20, receiver: 'a' }])
    ledger.learn('a', 15)
    expect([ledger.held(NOW), again().held(NOW)]).toEqual([15, 15])
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

test('holds it no longer than a month for somebody who does not come back', () =>
  onDisk((ledger) => {
    const at = (day: number) => day * 86_400_000 * 1024
    ledger.assign(at(1), HERE)
    ledger.assign(at(2), 'a')
    ledger.assign(at(20), 'b')
    const held = (day: number) => ledger.held(day * 86_400_000)
    expect([held(31), held(32), held(49), held(50)]).toEqual([at(1), at(2), at(2), Number.POSITIVE_INFINITY])
  }))

test('forgets the oldest of very many stretches, and none whose log is there', () =>
  onDisk((ledger, again) => {
    for (let i = 1; i <= 1_100; i++) ledger.assign(i, i % 2 ? 'a' : 'b')
    ledger.forget(90)
    for (const each of [ledger, again()])
      expect([each.ownerOf(90), each.ownerOf(92), each.end]).toEqual(['a', 'b', 1_100])
    ledger.forget(1_000)
    for (const each of [ledger, again()]) expect([each.ownerOf(100), each.ownerOf(102)]).toEqual(['a', 'b'])
  }))
