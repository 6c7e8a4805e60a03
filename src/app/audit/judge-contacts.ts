import type { CompiledPack } from '../../decide/compiled-pack.ts'
import { decide } from '../../decide/decide.ts'
import type { Creditor } from '../../model/creditor.ts'
import type { ObjectionCode } from '../../model/decision.ts'
import { formatInstant, type Instant } from '../../model/instant.ts'
import { EXCEEDS } from '../../pipeline/contacts/exceeded.ts'
import { factsAt } from '../../pipeline/contacts/facts-at.ts'
import type { PersonAsKnown } from '../../record/audit/people-as-known.ts'
import type { ContactAudit, ExceedingContact } from '../../report/audit/contact-audit.ts'
import { onEveryClock } from '../../report/local-time.ts'

/** What has to be known to judge a contact at all. */
const NEEDS: ReadonlySet<ObjectionCode> = new Set<ObjectionCode>(['location_unknown', 'calendar_unknown', 'internal_error'])

export interface Judgement {
  judged: number
  exceeded: ExceedingContact[]
  notJudged: ContactAudit['notJudged']
}

/** Which of this person's outbound contacts in the period would the rules in force on their day not have allowed? */
export function judgeContacts(
  person: PersonAsKnown, packs: readonly CompiledPack[], creditor: Creditor | undefined, period: { from: Instant; to: Instant },
): Judgement {
  const judgement: Judgement = { judged: 0, exceeded: [], notJudged: [] }
  const inPeriod = person.contacts.filter((c) => !c.otherPerson && c.direction === 'outbound' && c.at >= period.from && c.at < period.to)
  for (const contact of inPeriod) {
    const facts = factsAt(person, contact, creditor)
    if (facts.accounts.length === 0) {
      judgement.notJudged.push({ contactId: contact.id, recipientId: person.externalId, code: 'precondition_missing' })
      continue
    }
    const { reasons, candidateZones } = decide(facts, packs, contact.at)
    judgement.judged++
    const exceeded = reasons.filter((reason) => EXCEEDS.has(reason.code))
    const at = formatInstant(contact.at)
    if (exceeded.length > 0) {
      judgement.exceeded.push({
        contactId: contact.id, recipientId: person.externalId, creditor: person.creditor, at, localTime: onEveryClock(at, candidateZones),
        channel: contact.channel, by: contact.by,
        objections: exceeded.map(({ code, rule, version, citation, verified }) => ({ code, rule, version, citation, verified })),
      })
    }
    const unknown = reasons.find((reason) => NEEDS.has(reason.code))
    if (unknown !== undefined) judgement.notJudged.push({ contactId: contact.id, recipientId: person.externalId, code: unknown.code })
  }
  return judgement
}
