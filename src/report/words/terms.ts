import type { AccountState } from '../../model/account-state.ts'
import type { AddressKind, Relation } from '../../model/address.ts'
import type { Channel } from '../../model/channel.ts'
import type { ContactOutcome, Direction } from '../../model/contact.ts'
import type { ContentBlock } from '../../model/content-block.ts'
import type { ObjectionCode } from '../../model/decision.ts'
import type { EventType } from '../../model/event.ts'
import type { CONSENT_STATES, PLACE_SIGNS, Silence } from '../../model/explanation.ts'
import type { HoldKind } from '../../model/hold.ts'
import type { Kind, Mode } from '../../model/kind.ts'
import type { DeliveryState } from '../../model/outcome.ts'
import type { CountKey, CountUnit } from '../../model/pack-counting.ts'
import type { PackRule } from '../../model/pack-rule.ts'
import type { ReminderStatus } from '../../model/reminder-status.ts'
import type { Role } from '../../model/role.ts'
import type { SuppressionReason } from '../../model/suppression.ts'
import type { Tone } from '../../model/tone.ts'
import type { AttemptView } from '../reminder-view.ts'

/** What became of words that no closed set of the model names: rungs left out, tasks done, ends of reminders, kinds of consent and evidence. */
type OpenWords = Readonly<Record<string, string>>

/** Every single word of an explanation, in one language. A language without one of them does not compile. */
export interface Terms {
  readonly objection: Readonly<Record<ObjectionCode, string>>
  /** What `account_closed` means for an account in this state; only money that came may be called paid. */
  readonly closed: Readonly<Record<Exclude<AccountState, 'open'>, string>>
  readonly tone: Readonly<Record<Tone, string>>
  readonly kind: Readonly<Record<Kind, string>>
  readonly mode: Readonly<Record<Mode, string>>
  /** The channel by itself, and one message of it. */
  readonly channel: Readonly<Record<Channel, string>>
  readonly message: Readonly<Record<Channel, string>>
  readonly outcome: Readonly<Record<ContactOutcome, string>>
  readonly direction: Readonly<Record<Direction, string>>
  readonly role: Readonly<Record<Role, string>>
  readonly state: Readonly<Record<AccountState, string>>
  readonly hold: Readonly<Record<HoldKind, string>>
  readonly stop: Readonly<Record<SuppressionReason, string>>
  readonly relation: Readonly<Record<Relation, string>>
  readonly addressKind: Readonly<Record<AddressKind, string>>
  readonly event: Readonly<Record<EventType | 'promise-broken', string>>
  readonly delivery: Readonly<Record<DeliveryState, string>>
  readonly attempt: Readonly<Record<AttemptView['status'], string>>
  readonly status: Readonly<Record<ReminderStatus, string>>
  readonly silence: Readonly<Record<Silence, string>>
  readonly unit: Readonly<Record<CountUnit, string>>
  readonly key: Readonly<Record<CountKey, string>>
  readonly consentState: Readonly<Record<(typeof CONSENT_STATES)[number], string>>
  readonly sign: Readonly<Record<(typeof PLACE_SIGNS)[number], string>>
  readonly verified: Readonly<Record<PackRule['verified'], string>>
  readonly force: Readonly<Record<PackRule['force'], string>>
  readonly shape: OpenWords
  readonly block: Readonly<Record<ContentBlock, string>>
  readonly hours: Readonly<Record<'open' | 'shut' | 'holiday' | 'unknown', string>>
  /** Monday first. */
  readonly weekdays: readonly string[]
  readonly consent: OpenWords
  readonly evidence: OpenWords
  /** Kinds of notices and other events, as packs name them. */
  readonly eventKind: OpenWords
  readonly skip: OpenWords
  readonly task: OpenWords
  readonly end: OpenWords
}

/** The word of an open set, or the code itself where nobody has named it. */
export const openWord = (words: OpenWords, code: string): string => (Object.hasOwn(words, code) ? (words[code] as string) : code)
