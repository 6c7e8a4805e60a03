// PGlite in a thread of its own: one heavy statement would otherwise stop every timer,
// health check and signal of the process (measured: a 565 ms report let a 10 ms timer fire twice).
// Plain JavaScript, so that it starts the same under tsx, vitest and node.
import { parentPort, workerData } from 'node:worker_threads'
import { PGlite } from '@electric-sql/pglite'

// PGlite's defaults include '-F', which turns fsync off; accepted must mean durable.
const startParams = PGlite.defaultStartParams
  .filter((param) => param !== '-F')
  .map((param) => (param === 'search_path=public' ? 'search_path=bullmq,public' : param))

/** @type {PGlite} */
let engine
try {
  engine = await PGlite.create(workerData.dataDir, { startParams })
  parentPort.postMessage({ ready: true })
} catch (error) {
  parentPort.postMessage({ failed: String(error?.message ?? error) })
}

parentPort.on('message', async (request) => {
  if (request.close) {
    await engine?.close()
    parentPort.close()
    return
  }
  const chunks = []
  try {
    // The raw stream: PGlite's own parser would keep every message it ever saw.
    await engine.execProtocolRawStream(request.bytes, { onRawData: (bytes) => void chunks.push(bytes.slice()) })
    const answer = Buffer.concat(chunks)
    parentPort.postMessage({ answer })
  } catch (error) {
    parentPort.postMessage({ crashed: String(error?.message ?? error) })
  }
})
