import type { Channel } from '../../src/model/vocabulary.ts'
import type { Person } from './people.ts'

/** A reminder that Decorum has accepted. */
export interface Accepted {
  id: string
  recipient: Person
  channels: readonly Channel[]
  /** It must not go out before this; 0: at once. */
  notBefore: number
}

/** What a stop forbids from its acknowledgement on. */
export type Covers = { account: string } | { number: string } | { email: string } | { reminder: string }

/** A stop that Decorum has acknowledged. */
export interface Stop {
  kind: string
  covers: Covers
  askedAt: number
  ackedAt: number
}

/** What the harness did and was told, kept outside of Decorum: the judge's own witness. */
export interface Diary {
  /** Accounts whose registration was acknowledged. */
  accounts: Set<string>
  accepted: Accepted[]
  stops: Stop[]
  /** Ids of payments and calls that were acknowledged. */
  events: string[]
  /** Calls of agents and diallers that ended in a conversation, by person. */
  agentCalls: { recipient: string; ackedAt: number }[]
  /** Switches that were acknowledged, until they were asked to be lifted. */
  switches: { state: 'stopped' | 'paused' | 'draining'; channel: Channel | null; ackedAt: number; liftedAt: number }[]
  /** Permits that a dialler was given: the call was made unless it says that it was not. */
  permits: { id: string; recipient: string; ackedAt: number; outcome: string | null }[]
  /** Answers that should never be given: a repeated question refused, a key with two answers. */
  surprises: string[]
}

export const newDiary = (): Diary => ({
  accounts: new Set(),
  accepted: [],
  stops: [],
  events: [],
  agentCalls: [],
  switches: [],
  permits: [],
  surprises: [],
})
