import { expect, it } from 'vitest'
import type { Line } from '../../src/intake/lines.ts'
import { DecorumError } from '../../src/model/errors.ts'
import type { LineResult } from '../../src/report/views/operations.ts'
import { importLines, type ItemResult, type LineKind } from '../../src/pipeline/accept/imports.ts'
import type { Runtime } from '../../src/pipeline/runtime.ts'

interface Held {
  items: readonly string[]
  /** Lets the transaction end. */
  commit(): void
  fail(error: Error): void
}

/** Lines that are put only when the test says so; the thing of a line is its last letter. */
function heldKind(concurrency = 2): { kind: LineKind<string>; begun: Held[] } {
  const begun: Held[] = []
  return {
    begun,
    kind: {
      read: (text) => ({ ok: true, value: text }),
      idIn: () => null,
      idOf: (item) => item,
      keyOf: (item) => item,
      orderingKeys: (item) => [item.slice(-1)],
      concurrency,
      put: (items) =>
        new Promise<ItemResult[]>((resolve, reject) => {
          begun.push({ items, commit: () => resolve(items.map(() => ({ ok: true, changed: true }))), fail: reject })
        }),
    },
  }
}

async function* lines(texts: readonly string[]): AsyncGenerator<Line> {
  for (const [i, text] of texts.entries()) yield { no: i + 1, ok: true, text }
}

const CHUNK = 200
/** A chunk's worth of lines that all speak of the same thing. */
const about = (thing: string, first: number): string[] =>
  Array.from({ length: CHUNK }, (_, i) => `${first + i}${thing}`)
const begin = (texts: readonly string[], kind: LineKind<string>) => {
  const results: LineResult[] = []
  const done = importLines({} as Runtime, lines(texts), kind, (result) => void results.push(result))
  done.catch(() => undefined)
  return { results, done }
}
const until = async (isSo: () => boolean): Promise<void> => {
  while (!isSo()) await new Promise((resolve) => setImmediate(resolve))
}
/** As many turns as everything that can happen takes. */
const settle = async (): Promise<void> => {
  for (let i = 0; i < 200; i++) await new Promise((resolve) => setImmediate(resolve))
}

it('puts lines about other things beside those in hand, and answers in the order of the lines', async () => {
  const { kind, begun } = heldKind()
  const { results, done } = begin([...about('a', 0), ...about('b', 200)], kind)
  await until(() => begun.length === 2)
  begun[1]?.commit()
  await settle()
  expect(results).toEqual([])
  begun[0]?.commit()
  await done
  expect(results.map((result) => result.line)).toEqual(Array.from({ length: 400 }, (_, i) => i + 1))
})

it('answers lines as soon as they are committed, though others are still to be read', async () => {
  const { kind, begun } = heldKind()
  const { results } = begin([...about('a', 0), ...about('b', 200), ...about('c', 400)], kind)
  await until(() => begun.length === 2)
  begun[0]?.commit()
  await until(() => begun.length === 3)
  expect(results).toHaveLength(CHUNK)
})

it('lets lines about the same thing wait for those before them', async () => {
  const { kind, begun } = heldKind()
  const { done } = begin([...about('a', 0), ...about('a', 200)], kind)
  await until(() => begun.length === 1)
  await settle()
  expect(begun).toHaveLength(1)
  begun[0]?.commit()
  await until(() => begun.length === 2)
  begun[1]?.commit()
  expect(await done).toMatchObject({ lines: 400, applied: 400 })
})

it('has no more transactions under way than its kind allows', async () => {
  const { kind, begun } = heldKind(1)
  begin([...about('a', 0), ...about('b', 200)], kind)
  await until(() => begun.length === 1)
  await settle()
  expect(begun).toHaveLength(1)
})

it('ends with the ledger, and only when nothing is left running', async () => {
  const { kind, begun } = heldKind()
  const { results, done } = begin([...about('a', 0), ...about('b', 200), ...about('c', 400)], kind)
  let over = false
  done.catch(() => {
    over = true
  })
  await until(() => begun.length === 2)
  begun[0]?.fail(new DecorumError('DECORUM_LEDGER_UNAVAILABLE', 'gone'))
  await settle()
  expect(over).toBe(false)
  begun[1]?.commit()
  await expect(done).rejects.toMatchObject({ code: 'DECORUM_LEDGER_UNAVAILABLE' })
  expect(begun).toHaveLength(2)
  expect(results).toEqual([])
})

it('names what can be read of a line whose bytes do not fit, and nothing where nothing was kept', async () => {
  const fault = { path: '', problem: 'is not UTF-8' }
  const broken: Line[] = [
    { no: 2, ok: false, fault, lossy: 'A-7,Jos\ufffd' },
    { no: 3, ok: false, fault },
  ]
  async function* source(): AsyncGenerator<Line> {
    yield* broken
  }
  const results: LineResult[] = []
  const kind = {
    ...heldKind().kind,
    idIn: (text: string) => text.split(',')[0] ?? null,
    put: () => Promise.resolve([]),
  }
  await importLines({} as Runtime, source(), kind, (result) => void results.push(result))
  expect(results).toMatchObject([
    { line: 2, id: 'A-7', status: 'rejected', faults: [fault] },
    { line: 3, id: null, status: 'rejected', faults: [fault] },
  ])
})
