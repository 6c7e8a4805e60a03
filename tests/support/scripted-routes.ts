import type { Overrides } from '../../src/app/build.ts'
import { memoryRateGate } from '../../src/deliver/rate-gate.ts'
import type { Channel } from '../../src/model/vocabulary.ts'
import { ScriptedProvider } from './scripted-provider.ts'

/** A scripted provider behind every route of its channel, at a rate that stands in nobody's way; channels not given get one that accepts all. */
export function scriptedRoutes(
  given: Partial<Record<Channel, ScriptedProvider>> = {},
): Pick<Overrides, 'providers' | 'gates'> {
  const scripted = {
    sms: new ScriptedProvider('sms'),
    phone: new ScriptedProvider('phone'),
    email: new ScriptedProvider('email'),
    ...given,
  }
  return {
    providers: (route) => scripted[route.channel],
    gates: (route) => memoryRateGate(route.id, { perSecond: 1_000, largestWeight: 4 }),
  }
}
