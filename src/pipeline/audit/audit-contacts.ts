import { decide } from '../../decide/decide.ts'
import type { CompiledPack } from '../../decide/packs.ts'
import type { Creditor } from '../../model/creditor.ts'
import type { ObjectionCode } from '../../model/decision.ts'
import { formatInstant, type Instant } from '../../model/time.ts'
import {
  contactCounts,
  contactsQuery,
  optOutLatency,
  recipientsAsKnown,
  recipientsContacted,
  type RecipientAsKnown,
} from '../../record/audit.ts'
import type { ContactAudit, ExceedingContact } from '../../report/audit.ts'
import { onEveryClock } from '../../report/local-time.ts'
import { ASSUMPTIONS, CONTACT_HISTORY_MS, CONTACT_RULE_CODES, factsAt } from '../contacts.ts'
import type { Runtime } from '../runtime.ts'
import { calendarAlarms, packsDue } from './due-for-review.ts'

/** Recipients read in one query. */
const RECIPIENTS_PER_PAGE = 200

export interface AuditedContacts {
  from: Instant
  /** Exclusive. */
  to: Instant
  creditor: string | null
}

/**
 * Was every contact of the period, by Decorum or reported by others, allowed by the rules in force on its day?
 *
 * @param packs  every pack in force here, in all versions: `decide` applies each in its period of validity
 */
export async function auditContacts(
  runtime: Runtime,
  packs: readonly CompiledPack[],
  asked: AuditedContacts,
): Promise<ContactAudit> {
  const { db } = runtime.ledger
  const period = { from: new Date(asked.from), to: new Date(asked.to), creditor: asked.creditor }
  const found: Judgement = { judged: 0, exceeded: [], notJudged: [] }
  for (let after: string | null = null; ;) {
    const ids: string[] = await recipientsContacted(db, period, after, RECIPIENTS_PER_PAGE)
    for (const recipient of await recipientsAsKnown(db, ids, {
      since: new Date(asked.from - CONTACT_HISTORY_MS),
      to: period.to,
    })) {
      const judged = judgeContacts(recipient, packs, runtime.config.creditors.get(recipient.creditor), asked)
      found.judged += judged.judged
      found.exceeded.push(...judged.exceeded)
      found.notJudged.push(...judged.notJudged)
    }
    if (ids.length < RECIPIENTS_PER_PAGE) break
    after = ids.at(-1) ?? null
  }
  const counts = await contactCounts(db, period)
  const optOut = await optOutLatency(db, period)
  const now = runtime.clock.now()
  return {
    from: formatInstant(asked.from),
    to: formatInstant(asked.to),
    creditor: asked.creditor,
    contacts: { figures: counts.rows, query: counts.query },
    judged: found.judged,
    exceeded: {
      contacts: found.exceeded.sort((a, b) => (a.at < b.at ? -1 : 1)),
      byRule: [...groupedIds(found.exceeded, (c) => c.objections.map((o) => o.rule))].map(([rule, ids]) => ({
        rule,
        contacts: ids.length,
        query: contactsQuery(db, ids),
      })),
      byMaker: [...groupedIds(found.exceeded, (c) => [c.by])].map(([by, ids]) => ({ by, contacts: ids.length })),
    },
    notJudged: found.notJudged,
    optOut: { ...optOut.row, query: optOut.query },
    packsDue: packsDue(
      packs.map(({ pack }) => pack),
      now,
    ),
    calendars: calendarAlarms(packs, now),
    assumptions: [...ASSUMPTIONS],
  }
}

/** Ids of the contacts under each of their keys, most first. */
function groupedIds(
  contacts: readonly ExceedingContact[],
  keysOf: (contact: ExceedingContact) => string[],
): [string, string[]][] {
  const groups = new Map<string, string[]>()
  for (const contact of contacts)
    for (const key of new Set(keysOf(contact))) groups.set(key, [...(groups.get(key) ?? []), contact.contactId])
  return [...groups].sort(([a, some], [b, others]) => others.length - some.length || (a < b ? -1 : 1))
}

/** Objections that mean a contact cannot be judged. */
const NOT_JUDGEABLE: ReadonlySet<ObjectionCode> = new Set<ObjectionCode>([
  'location_unknown',
  'calendar_unknown',
  'internal_error',
])

interface Judgement {
  judged: number
  exceeded: ExceedingContact[]
  notJudged: ContactAudit['notJudged']
}

/** Which of this recipient's outbound contacts in the period would the rules in force on their day have forbidden? */
function judgeContacts(
  recipient: RecipientAsKnown,
  packs: readonly CompiledPack[],
  creditor: Creditor | undefined,
  period: { from: Instant; to: Instant },
): Judgement {
  const judgement: Judgement = { judged: 0, exceeded: [], notJudged: [] }
  const inPeriod = recipient.contacts.filter(
    (c) => !c.otherRecipient && c.direction === 'outbound' && c.at >= period.from && c.at < period.to,
  )
  for (const contact of inPeriod) {
    const facts = factsAt(recipient, contact, creditor)
    if (facts.accounts.length === 0) {
      judgement.notJudged.push({
        contactId: contact.id,
        recipientId: recipient.externalId,
        code: 'precondition_missing',
      })
      continue
    }
    const { reasons, candidateZones } = decide(facts, packs, contact.at)
    judgement.judged++
    const exceeded = reasons.filter((reason) => CONTACT_RULE_CODES.has(reason.code))
    const at = formatInstant(contact.at)
    if (exceeded.length > 0) {
      judgement.exceeded.push({
        contactId: contact.id,
        recipientId: recipient.externalId,
        creditor: recipient.creditor,
        at,
        localTime: onEveryClock(at, candidateZones),
        channel: contact.channel,
        by: contact.by,
        objections: exceeded.map(({ code, rule, version, citation, verified }) => ({
          code,
          rule,
          version,
          citation,
          verified,
        })),
      })
    }
    const unknown = reasons.find((reason) => NOT_JUDGEABLE.has(reason.code))
    if (unknown !== undefined)
      judgement.notJudged.push({ contactId: contact.id, recipientId: recipient.externalId, code: unknown.code })
  }
  return judgement
}
