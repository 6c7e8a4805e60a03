import { once } from 'node:events'
import { PassThrough, type Readable } from 'node:stream'
import type { ImportTotals, LineResult } from '../app/views.ts'
import type { Problem } from './problem.ts'

/**
 * Results that may wait for a client which sends all of its file before it reads an answer.
 * About 150,000 lines; beyond that such a client has to read as it writes, or both would stand still.
 */
const WAITING_BYTES = 16 * 1024 * 1024

/** Results that go on their way as one piece. */
const PIECE_CHARACTERS = 32 * 1024

/** An import under way: what it writes, and when the first line or the end is known. */
export interface ImportStream {
  /** NDJSON, one result for each line in order; a failure half-way ends it with one `{"problem": …}`. */
  lines: Readable
  /** Resolves at the first result or at the end; rejects when it failed before it wrote anything. */
  begun: Promise<void>
}

/**
 * Runs an import into a stream that goes no faster than its reader.
 *
 * @param run      reads lines and gives each result to `take`, waiting for it
 * @param problem  what the reader is told when `run` fails after its first result
 */
export function importStream(
  run: (take: (result: LineResult) => Promise<void>) => Promise<ImportTotals>, problem: (error: unknown) => Problem,
): ImportStream {
  const lines = new PassThrough({ writableHighWaterMark: WAITING_BYTES, readableHighWaterMark: 64 * 1024 })
  const gone = new AbortController()
  lines.once('close', () => gone.abort())
  // A reader that hangs up is told to `run` by the next `take`; the stream itself has no more to say.
  lines.on('error', () => undefined)
  let wrote: () => void = () => undefined
  const first = new Promise<void>((resolve) => { wrote = resolve })
  let any = false
  let waiting = ''
  const flush = (): void => {
    if (waiting !== '') lines.write(waiting)
    waiting = ''
    wrote()
  }
  const done = run(async (result) => {
    gone.signal.throwIfAborted()
    any = true
    // Those that come together go together: a piece of the answer for each line cost as much as reading it.
    if (waiting === '') setImmediate(flush)
    waiting += `${JSON.stringify(result)}\n`
    if (waiting.length >= PIECE_CHARACTERS) flush()
    if (lines.writableNeedDrain) await once(lines, 'drain', { signal: gone.signal })
  }).then(
    () => {
      flush()
      lines.end()
    },
    (error: unknown) => {
      if (!any) throw error
      flush()
      lines.end(`${JSON.stringify({ problem: problem(error) })}\n`)
    },
  )
  return { lines, begun: Promise.race([first, done]) }
}
