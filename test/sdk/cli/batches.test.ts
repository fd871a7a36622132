import { Readable } from 'node:stream'
import { expect, test } from 'vitest'
import { type Batch, batches } from '../../../sdk/cli/batches'

const MOST_BYTES = 1024 * 1024

async function batched(chunks: readonly (string | Uint8Array)[], skip = 0): Promise<Batch[]> {
  const made: Batch[] = []
  const bytes = chunks.map((chunk) => Buffer.from(chunk))
  for await (const batch of batches(Readable.from(bytes), skip)) made.push(batch)
  return made
}
const events = (batch: Batch | undefined): unknown[] => JSON.parse(batch?.body ?? '') as unknown[]

test('reads an event a line, wherever its chunks end and whatever ends its lines', async () => {
  const text = '\ufeff{"type":"a"}\r\n\n{"type":"b\u2028c"}\n  {"type":"d"}'
  const whole = [{ body: '[{"type":"a"},{"type":"b\u2028c"},{"type":"d"}]', lines: [1, 3, 4] }]
  expect(await batched([text])).toEqual(whole)
  expect(await batched([...Buffer.from(text)].map((byte) => Uint8Array.of(byte)))).toEqual(whole)
  expect(await batched([text], 3)).toEqual([{ body: '[{"type":"d"}]', lines: [4] }])
  expect(await batched(['', '\n'])).toEqual([])
})

test('sends a thousand at once', async () => {
  const made = await batched(['{}\n'.repeat(2001)])
  expect(made.map((batch) => events(batch).length)).toEqual([1000, 1000, 1])
  expect(made[1]!.lines[0]).toBe(1001)
})

test('sends no more bytes than one call may hold, to the last one', async () => {
  const half = (bytes: number) => `{"page":"${'é'.repeat((bytes - 11) / 2)}"}`
  const each = (MOST_BYTES - 3) / 2
  for (const [lines, amounts] of [
    [[half(each - 0.5), half(each + 0.5)], [2]],
    [
      [half(each + 1.5), half(each + 0.5)],
      [1, 1],
    ],
  ] as const) {
    const made = await batched([lines.join('\n')])
    expect(made.map((batch) => events(batch).length)).toEqual(amounts)
    for (const { body } of made) expect(Buffer.byteLength(body)).toBeLessThanOrEqual(MOST_BYTES)
  }
})

test.each([
  ['{"type"', 'line 2 is no event'],
  ['[]', 'line 2 is no event'],
  ['7', 'line 2 is no event'],
  ['null', 'line 2 is no event'],
  [`{"page":"${'x'.repeat(MOST_BYTES)}"}`, 'line 2 is larger than 1048576 bytes'],
  ['x'.repeat(MOST_BYTES + 1), 'line 2 is larger than 1048576 bytes'],
])('says what is wrong with %.12s', async (line, words) => {
  await expect(batched([`{}\n${line}`])).rejects.toThrow(words)
})

test('makes no letter of what is no UTF-8, unless it is left out', async () => {
  const broken = Buffer.concat([Buffer.from('{}\n{"id":"a'), Buffer.of(0xff), Buffer.from('"}\n{"id":"b"}')])
  await expect(batched([broken])).rejects.toThrow('line 2 is not in UTF-8')
  await expect(batched([...broken].map((byte) => Uint8Array.of(byte)))).rejects.toThrow('line 2 is not in UTF-8')
  expect((await batched([broken], 2)).map(events)).toEqual([[{ id: 'b' }]])
})

test('sends nothing of a batch whose later line is no event', async () => {
  const made: Batch[] = []
  const lines = Readable.from([Buffer.from('{}\n'.repeat(1500)), Buffer.from('x\n')])
  await expect(
    (async () => {
      for await (const batch of batches(lines, 0)) made.push(batch)
    })(),
  ).rejects.toThrow('line 1501 is no event')
  expect(made.map(({ lines }) => lines.length)).toEqual([1000])
})
