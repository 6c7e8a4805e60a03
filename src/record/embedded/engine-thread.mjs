// PGlite in a thread of its own: one heavy statement would otherwise stop every timer,
// health check and signal of the process (measured: a 565 ms report let a 10 ms timer fire twice).
import { parentPort, workerData } from 'node:worker_threads'
import { openDurable } from './durable-pglite.mjs'

/** @type {import('@electric-sql/pglite').PGlite | undefined} */
let engine
try {
  engine = await openDurable(workerData.dataDir)
  parentPort.postMessage({ ready: true })
} catch (error) {
  parentPort.postMessage({ failed: wordsOf(error) })
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
    parentPort.postMessage({ answer: Buffer.concat(chunks) })
  } catch (error) {
    parentPort.postMessage({ crashed: wordsOf(error) })
  }
})

/** PostgreSQL's own words quote values of rows; its SQLSTATE, which has a digit, does not. */
function wordsOf(error) {
  return /^(?=.*\d)[0-9A-Z]{5}$/.test(error?.code) ? `SQLSTATE ${error.code}` : String(error?.message ?? error)
}
