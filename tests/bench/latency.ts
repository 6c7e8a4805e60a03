import { setTimeout as pause } from 'node:timers/promises'
import { startProcess } from './ask.ts'
import { percentile, type Figure, type Section, type Setting } from './bench.ts'
import { startDecorum } from './decorum-processes.ts'
import { MODE_NAMES, modesOf, openPlace, type Mode } from './decorum-place.ts'

/** How long does a lone reminder take from the answer that its account was accepted to the provider, with nothing else to do? */
export async function latencyBench(setting: Setting): Promise<Section> {
  const samples = setting.quick ? 15 : 60
  const figures: Figure[] = []
  for (const mode of modesOf(setting)) {
    setting.progress(`latency, ${MODE_NAMES[mode]}`)
    const delays = await delaysOf(setting, mode, samples)
    figures.push(
      { name: `${MODE_NAMES[mode]}, p50`, unit: 'ms', values: [percentile(delays, 0.5)] },
      { name: `${MODE_NAMES[mode]}, p99`, unit: 'ms', values: [percentile(delays, 0.99)], note: `of ${samples}; least ${Math.min(...delays).toFixed(0)} ms` },
    )
  }
  return { bench: 'latency', configuration: 'account accepted by one process, planned there, sent by another (embedded: one process); idle, one at a time, at random moments', figures, leftOut: [] }
}

async function delaysOf(setting: Setting, mode: Mode, samples: number): Promise<number[]> {
  const stub = await startProcess('stub-provider', null)
  const place = await openPlace(mode, setting)
  const decorum = await startDecorum(mode, place, await stub.ask('url'))
  try {
    await decorum.beginPlanning()
    const one = async (no: number): Promise<number> => {
      const accepted = await decorum.planner.ask<number>('accept', no)
      await decorum.planner.ask('drained')
      const [arrived] = await stub.ask<number[]>('arrivalsFrom', no)
      if (arrived === undefined) throw new Error(`the reminder did not reach the stub: ${JSON.stringify(await decorum.planner.ask('statuses'))}`)
      return arrived - accepted
    }
    // The first ones load the SDK and open the connections and the gate.
    for (let no = 0; no < 5; no++) await one(no)
    const delays: number[] = []
    for (let no = 5; no < 5 + samples; no++) {
      await pause(Math.random() * 250)
      delays.push(await one(no))
    }
    return delays
  } finally {
    await decorum.end()
    await place.clear()
    await stub.end()
  }
}
