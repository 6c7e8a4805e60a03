import type { ObjectionCode } from '../../model/decision.ts'
import type { DeliveryState } from '../../model/delivery.ts'
import { DecorumError } from '../../model/errors.ts'
import type { CONFIRMATIONS, CONSENT_STATES, PLACE_SIGNS, Silence } from '../../model/explanation.ts'
import type { CountKey, CountUnit } from '../../model/pack-parts.ts'
import type { PackRule } from '../../model/pack-rule.ts'
import type { ContentBlock } from '../../model/template.ts'
import type {
  AccountState,
  AddressKind,
  AddressOrigin,
  Channel,
  ContactOutcome,
  Direction,
  EventType,
  HoldKind,
  Kind,
  Mode,
  Relation,
  ReminderStatus,
  Role,
  SuppressionReason,
  Tone,
} from '../../model/vocabulary.ts'
import type { AttemptView } from '../views/reminders.ts'

/** Texts of codes that are no closed set in the model: skipped rungs, completed tasks, ends of reminders, kinds of consent and evidence. */
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
  /** How an address came to be known, and what confirms it. */
  readonly origin: Readonly<Record<AddressOrigin, string>>
  readonly confirmation: Readonly<Record<(typeof CONFIRMATIONS)[number], string>>
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

/** The text of a code from an open set; the code itself where there is no text. */
export const openWord = (words: OpenWords, code: string): string =>
  Object.hasOwn(words, code) ? (words[code] as string) : code

/** Languages in which decisions, reminders and rules are explained. */
export const LANGUAGES = ['en', 'zh-CN'] as const
export type Language = (typeof LANGUAGES)[number]

/** Tags for Traditional Chinese are refused with the list of languages, because the Chinese texts are Simplified. */
const NAMED: readonly [RegExp, Language][] = [
  [/^en(?:-[a-z0-9]+)*$/i, 'en'],
  [/^zh(?:-(?:hans|cn|sg|my))*$/i, 'zh-CN'],
]

/** Which of them does this BCP 47 tag mean? Null: none. */
export const languageNamed = (tag: string): Language | null =>
  NAMED.find(([names]) => names.test(tag.trim().replaceAll('_', '-')))?.[1] ?? null

/**
 * Which language does this option or header select?
 *
 * @throws DECORUM_BAD_INPUT with the languages there are
 */
export function readLanguage(tag: string): Language {
  const language = languageNamed(tag)
  if (language !== null) return language
  throw new DecorumError('DECORUM_BAD_INPUT', '--lang names a language in which nothing is explained yet', {
    hint: `Choose one of: ${LANGUAGES.join(', ')}.`,
  })
}
