import type { DeliveryRequest, LookUp, Provider } from '../../src/deliver/provider.ts'
import type { Channel } from '../../src/model/vocabulary.ts'
import type { CallOutcome } from '../../src/model/delivery.ts'

/** What the provider does with the next call; `accepted` when the script has run out. */
export type Line = CallOutcome | 'accepted' | (() => Promise<CallOutcome> | CallOutcome)

/** A provider that does as it is told and keeps books of every call. */
export class ScriptedProvider implements Provider {
  readonly name = 'scripted'
  readonly forms = ['text'] as const
  readonly harmless = true
  readonly channel: Channel
  lookUpIsConclusive = true
  /** Every call that reached it, whatever it answered. */
  readonly calls: DeliveryRequest[] = []
  readonly script: Line[] = []
  lookUpAnswer: LookUp = { kind: 'not-found' }

  constructor(channel: Channel) {
    this.channel = channel
  }

  async send(request: DeliveryRequest): Promise<CallOutcome> {
    this.calls.push(request)
    const line = this.script.shift() ?? 'accepted'
    if (line === 'accepted') return { kind: 'accepted', reference: `ref-${this.calls.length}` }
    return typeof line === 'function' ? line() : line
  }

  async lookUp(): Promise<LookUp> {
    return this.lookUpAnswer
  }

  check = async (): Promise<null> => null
  close = async (): Promise<void> => {}
}
