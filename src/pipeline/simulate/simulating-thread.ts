import { parentPort, workerData } from 'node:worker_threads'
import { type PortfolioChunk, chunkSimulator, type SimulationSetting } from './chunk.ts'

/** A worker thread of a simulation: receives chunks and posts each one's result. */
const simulate = chunkSimulator(workerData as SimulationSetting)
parentPort?.on('message', (chunk: PortfolioChunk) => parentPort?.postMessage(simulate(chunk)))
