import type { Overrides } from '../../src/app/build.ts'
import { unlimitedRateGate } from '../../src/demo/stepping.ts'
import type { Channel } from '../../src/model/vocabulary.ts'
import { ScriptedProvider } from './scripted-provider.ts'

/**
 * A scripted provider behind every route of its channel, without a rate: a busy machine would miss slots of a real
 * gate, and the same reminder would be decided again. Channels not given get one that accepts all.
 */
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
    gates: unlimitedRateGate,
  }
}
