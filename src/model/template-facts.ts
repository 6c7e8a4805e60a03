import { z } from 'zod'
import { isLocalDate, type LocalDate } from './time.ts'
import type { Money } from './money.ts'

/** A text that may differ by locale: one for all, or one per BCP 47 tag. */
const localTextSchema = z.union([z.string().min(1), z.record(z.string(), z.string().min(1))])
export type LocalText = z.infer<typeof localTextSchema>

/**
 * What messages may state about a creditor: `words` in `config/creditors/*.yaml`.
 *
 * `name` is the lender; for the role `collector`, `collector` is the sending business and `name` the creditor it acts for.
 * `voiceName` is the business name that a third party may hear: it must not reveal lending or collecting (12 CFR
 * 1006.2(j)).
 */
export const creditorWordsSchema = z.strictObject({
  name: localTextSchema,
  /** Chinese SMS signature, without 【】; registered with the carrier, 2 to 16 characters (CN-16). */
  signature: z
    .string()
    .regex(/^[^【】\s]{2,16}$/u, '2 to 16 characters, without 【】 and spaces')
    .nullish()
    .transform((v) => v ?? null),
  voiceName: localTextSchema.nullish().transform((v) => v ?? null),
  /** A natural person's name that a voicemail may leave. */
  contactPerson: localTextSchema.nullish().transform((v) => v ?? null),
  helpLine: z.string().min(3),
  helpHours: localTextSchema.nullish().transform((v) => v ?? null),
  payUrl: z
    .url({ protocol: /^https$/ })
    .nullish()
    .transform((v) => v ?? null),
  postalAddress: localTextSchema.nullish().transform((v) => v ?? null),
  licenceLines: z.array(z.string().min(1)).default([]),
  collector: localTextSchema.nullish().transform((v) => v ?? null),
  originalCreditor: z
    .string()
    .min(1)
    .nullish()
    .transform((v) => v ?? null),
  /** Hosts that links may lead to; a message with any other link is not rendered. */
  allowedLinks: z.array(z.string().min(1)).default([]),
})
type CreditorWords = z.infer<typeof creditorWordsSchema>

/** The planned next step, decided by a named authority; a final text states it and nothing more. */
export const nextStepSchema = z.strictObject({
  kind: z.enum(['placement', 'charge-off', 'return-to-creditor']),
  date: z.string().refine(isLocalDate, 'not a calendar day (YYYY-MM-DD)'),
  /** Who takes over; needed for `placement` and `return-to-creditor`. */
  party: z
    .string()
    .min(1)
    .nullish()
    .transform((v) => v ?? null),
  authorisedBy: z.string().min(1),
})
export type NextStep = z.infer<typeof nextStepSchema>

/** What a template may state about one account. `null`: not known, and then not stated. */
export interface AccountTemplateFacts {
  /** Last digits or letters by which the borrower recognises the account. */
  masked: string | null
  dueDate: LocalDate | null
  daysPastDue: number | null
  /** The day, in the creditor's book zone, on which the amounts were true. */
  asOf: LocalDate | null
  overdue: Money | null
  minimumDue: Money | null
  originalCreditor: string | null
  /** Does the contract charge late interest or late fees while overdue? */
  lateInterest: boolean | null
  /** Does the creditor report this account to credit bureaus? */
  reportsToBureau: boolean | null
  nextStep: NextStep | null
}

/**
 * Everything the template of one message may use.
 *
 * Plain JSON, stored with the attempt in the vault, so that the same template version renders the same message again.
 * Holds personal data: never logged.
 */
export interface TemplateFacts {
  recipient: {
    name: string | null
    givenName: string | null
    familyName: string | null
    /** `女士`, `先生`, `Ms`, … as the creditor's file states it; never guessed. */
    honorific: string | null
  }
  creditor: CreditorWords
  /** Every account the message is about; never empty. */
  accounts: AccountTemplateFacts[]
  /** When the email was sent that a final SMS refers to. */
  earlierEmail: LocalDate | null
  /** When the letter or email was sent that a final call refers to. */
  writtenNotice: LocalDate | null
  /** One-click opt-out page for this recipient and address. */
  optOutUrl: string | null
  /** The account's or reminder's own variables, as `{{variables.x}}`. */
  variables: Record<string, string>
}
