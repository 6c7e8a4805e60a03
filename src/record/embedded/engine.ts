import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { DecorumError } from '../../model/errors.ts'

/** PGlite's one session: takes bytes of the PostgreSQL protocol, returns the answer's bytes. */
export interface Engine {
  /** One request at a time: wait for the answer before asking again. */
  ask(bytes: Uint8Array): Promise<Buffer>
  /** Called once, when the thread ends without having been closed. */
  onLost(listener: (error: Error) => void): void
  close(): Promise<void>
}

type FromThread = { ready: true } | { failed: string } | { answer: Uint8Array } | { crashed: string }

/**
 * Starts PGlite on a directory, in a worker thread.
 *
 * @throws DECORUM_LEDGER_UNAVAILABLE when the data cannot be opened
 */
export async function startEngine(dataDir: string): Promise<Engine> {
  const thread = new Worker(new URL('./engine-thread.mjs', import.meta.url), { workerData: { dataDir }, execArgv: [] })
  await opened(thread)

  let pending: { resolve: (answer: Buffer) => void; reject: (error: Error) => void } | null = null
  let lost: Error | null = null
  let closing = false
  const lostListeners: ((error: Error) => void)[] = []
  const lose = (reason: string): void => {
    if (closing || lost !== null) return
    lost = new DecorumError('DECORUM_LEDGER_UNAVAILABLE', `the embedded ledger stopped: ${reason}`, {
      hint: 'Start again; what was acknowledged is on disk.',
    })
    pending?.reject(lost)
    for (const listener of lostListeners) listener(lost)
  }
  thread.on('message', (message: FromThread) => {
    if ('answer' in message) {
      const { buffer, byteOffset, byteLength } = message.answer
      const asked = pending
      pending = null
      asked?.resolve(Buffer.from(buffer, byteOffset, byteLength))
    } else if ('crashed' in message) {
      lose(message.crashed)
      void thread.terminate()
    }
  })
  thread.on('error', (error) => lose(error.message))
  thread.on('exit', (code) => lose(`its thread ended with code ${code}`))

  return {
    ask: (bytes) =>
      new Promise((resolve, reject) => {
        if (lost !== null) return reject(lost)
        pending = { resolve, reject }
        thread.postMessage({ bytes })
      }),
    onLost: (listener) => void lostListeners.push(listener),
    close: async () => {
      closing = true
      if (lost !== null) return
      const exited = once(thread, 'exit')
      thread.postMessage({ close: true })
      await exited
    },
  }
}

/** Waits for the thread's first message: it opened the directory, or why not. */
async function opened(thread: Worker): Promise<void> {
  const [message] = (await once(thread, 'message')) as [FromThread]
  if ('ready' in message) return
  await thread.terminate()
  throw new DecorumError(
    'DECORUM_LEDGER_UNAVAILABLE',
    `the data directory cannot be opened: ${'failed' in message ? message.failed : 'no reason given'}`,
    {
      hint: 'Is it writable, is there room, and was it made by this version? Move it away to start empty.',
    },
  )
}
