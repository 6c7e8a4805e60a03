import { parentPort, workerData } from 'node:worker_threads'
import { type Part, partSimulator, type SimulationSetting } from './part.ts'

/** A thread of a simulation: takes parts, answers each with what it came to. */
const simulate = partSimulator(workerData as SimulationSetting)
parentPort?.on('message', (part: Part) => parentPort?.postMessage(simulate(part)))
