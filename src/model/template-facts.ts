import { z } from 'zod'
import { isLocalDate, type LocalDate } from './time.ts'
import type { Money } from './money.ts'

/** A text that may differ by locale: one string for all, or one per BCP 47 tag. */
const localTextSchema = z.union([z.string().min(1), z.record(z.string(), z.string().min(1))])
export type LocalText = z.infer<typeof localTextSchema>

/**
 * What a creditor lets messages say about itself and its help: part of `config/creditors/*.yaml`.
 *
 * `name` is the lender; when a collector speaks (role `collector`), `collector` is the business
 * that sends and `name` the creditor it speaks for. `voiceName` is the business name a stranger may
 * hear: it must not reveal lending or collecting (12 CFR 1006.2(j)).
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
  /** Hosts that a link in a message may lead to; anything else is not rendered. */
  allowedLinks: z.array(z.string().min(1)).default([]),
})
type CreditorWords = z.infer<typeof creditorWordsSchema>

/** What is planned next, decided by a named authority; a final text states it and nothing more. */
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

/** What a template may say about one account. `null`: not known, and then not said. */
export interface AccountTemplateFacts {
  /** Last digits or letters that the borrower knows the account by. */
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
 * Everything the words of one message may be made of.
 *
 * Plain JSON: kept (in the vault) with the attempt, so that the same template version
 * renders the same message again. Holds a name: never logged.
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
  /** Every account the message speaks of; never empty. */
  accounts: AccountTemplateFacts[]
  /** When the email was sent that a final SMS points to. */
  earlierEmail: LocalDate | null
  /** When the letter or email was sent that a final call points to. */
  writtenNotice: LocalDate | null
  /** One-click opt-out page for this recipient and address. */
  optOutUrl: string | null
  /** The account's or reminder's own variables, as `{{variables.x}}`. */
  variables: Record<string, string>
}
