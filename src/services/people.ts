import { DecorumError } from '../model/errors.ts'
import { formatInstant, type Instant } from '../model/time.ts'
import type { AccessLog } from '../pipeline/access-log.ts'
import { eraseRecipient } from '../pipeline/erase.ts'
import type { PermitRules } from '../pipeline/permits.ts'
import { mapFreeText, mapStatedText } from '../pipeline/free-text.ts'
import { PersonalData } from '../pipeline/personal-data.ts'
import type { Actor, Runtime } from '../pipeline/runtime.ts'
import { type AccessListing, listAccess, writeCursor } from '../record/access.ts'
import { keptOfPerson } from '../record/person-file.ts'
import { type RecipientListing, recipientsByExternalId } from '../record/recipients.ts'
import {
  accountFact,
  accountVariables,
  consentSource,
  eventField,
  eventNote,
  holdDetail,
  taskNote,
} from '../record/vault/vault.ts'
import { type ErasureView, erasureView } from '../report/erasure.ts'
import { type PersonFile, personInWords } from '../report/person-file.ts'
import type { Page } from '../report/views/page.ts'
import type { AccessView } from '../report/views/recipients.ts'
import type { Language } from '../report/words/terms.ts'
import type { AccountService } from './accounts.ts'
import type { ListService } from './lists.ts'
import {
  creditorScope,
  emptyPage,
  limitOf,
  onlyOne,
  pageFrom,
  type Paging,
  positionOf,
  type Ref,
  text,
  textOrNull,
} from './paging.ts'
import type { RecipientService } from './recipients.ts'
import type { ReminderService } from './reminders.ts'

/** What a person may ask of whoever keeps their data: to see it, to have it erased, to know who saw it. */
export interface PeopleService {
  /**
   * Erases a person for good. Repeated, it answers the same again.
   *
   * @throws DECORUM_NOT_FOUND, DECORUM_FORBIDDEN; DECORUM_STATE_CONFLICT under a legal hold or while evidence is owed
   */
  eraseRecipient(actor: Actor, ref: Ref, language?: Language): Promise<ErasureView>
  /** Everything that is kept of a person, as data and as one document to read. Logged. Null: no such person. @throws DECORUM_ERASED */
  exportRecipient(actor: Actor, ref: Ref, language?: Language): Promise<PersonFile | null>
  /** Who read or changed what, the newest first: of a person (the creditor's own id), or by an actor. */
  listAccess(
    actor: Actor,
    query: Paging & {
      creditor?: string | undefined
      recipientId?: string | undefined
      actor?: string | undefined
      from?: Instant | undefined
      to?: Instant | undefined
    },
  ): Promise<Page<AccessView>>
}

type Readings = AccountService & ListService & RecipientService & ReminderService

/** @param readings  what the export is put together from */
export function peopleService(
  runtime: Runtime,
  rules: Pick<PermitRules, 'packs'>,
  access: AccessLog,
  readings: Readings,
): PeopleService {
  const { db } = runtime.ledger
  const at = (): Date => new Date(runtime.clock.now())
  const note = (actor: Actor, action: string, row: RecipientListing) => ({
    at: at(),
    actor: actor.name,
    action,
    subject: `recipient:${row.id}`,
    creditor: row.creditor,
    recipientId: row.id,
    live: actor.live,
  })

  return {
    async eraseRecipient(actor, ref, language = 'en') {
      const scope = creditorScope(actor, ref.creditor)
      // Whom a test key may not erase, the lock tells.
      const row = scope.outside
        ? null
        : onlyOne(await recipientsByExternalId(db, { creditor: scope.creditor, live: true }, ref.id))
      if (row === null) throw new DecorumError('DECORUM_NOT_FOUND', 'there is no such recipient')
      const report = await eraseRecipient(runtime, actor, rules.packs, row)
      if (!report.already) access.change(note(actor, 'recipient-erase', row))
      return erasureView(report, language)
    },

    async exportRecipient(actor, ref, language = 'en') {
      const scope = creditorScope(actor, ref.creditor)
      const row = scope.outside ? null : onlyOne(await recipientsByExternalId(db, scope, ref.id))
      if (row === null) return null
      if (row.erased_at !== null) throw new DecorumError('DECORUM_ERASED', 'this person was erased')
      await access.reading([note(actor, 'recipient-export', row)])
      const file = await fileOf(runtime, readings, actor, row)
      const zone = runtime.config.creditors.get(row.creditor)?.bookZone ?? 'UTC'
      const sender = runtime.config.creditors.get(row.creditor)?.words
      return {
        ...file,
        document: { language, text: personInWords(file, { language, zone, creditor: nameOf(sender) ?? row.creditor }) },
      }
    },

    async listAccess(actor, query) {
      const scope = creditorScope(actor, query.creditor)
      if (scope.outside) return emptyPage()
      const limit = limitOf(query.limit)
      const before = (positionOf(query.cursor, ['id'])?.[0] as string | undefined) ?? null
      const person =
        query.recipientId === undefined ? null : onlyOne(await recipientsByExternalId(db, scope, query.recipientId))
      if (query.recipientId !== undefined && person === null) return emptyPage()
      const rows = await listAccess(db, {
        ...scope,
        recipientId: person?.id ?? null,
        actor: query.actor ?? null,
        from: query.from === undefined ? null : new Date(query.from),
        to: query.to === undefined ? null : new Date(query.to),
        before,
        limit: limit + 1,
      })
      return pageFrom(rows, limit, accessViewOf, (row) => writeCursor([row.id]))
    },
  }
}

const nameOf = (words: unknown): string | null => {
  const { name } = (words ?? {}) as { name?: unknown }
  return typeof name === 'string' ? name : null
}

const accessViewOf = (row: AccessListing): AccessView => ({
  id: row.id,
  at: text(row.at),
  actor: row.actor,
  action: row.action,
  creditor: row.creditor,
  recipientId: row.recipient_external_id,
  subject: row.subject,
})

/** What is not sealed any more, since the person is here, says something. */
const said = (text: string | null): string => text ?? ''

/** Every page of a list. */
async function all<T>(page: (cursor: string | undefined) => Promise<Page<T> | null>): Promise<T[]> {
  const items: T[] = []
  let cursor: string | undefined
  do {
    const read = await page(cursor)
    items.push(...(read?.items ?? []))
    cursor = read?.next ?? undefined
  } while (cursor !== undefined)
  return items
}

async function fileOf(
  runtime: Runtime,
  readings: Readings,
  actor: Actor,
  row: RecipientListing,
): Promise<Omit<PersonFile, 'document'>> {
  const { creditor, external_id: recipientId } = row
  const owner = { creditor, recipientId, limit: 500 }
  const kept = await keptOfPerson(runtime.ledger.db, row.id)
  const data = new PersonalData(runtime.vault, { id: row.id, dataKey: row.data_key, dataKeyId: row.data_key_id })
  const accounts = await all((cursor) => readings.listAccounts(actor, { ...owner, cursor }))
  const messages: PersonFile['messages'] = []
  for (const { reminderId, no } of kept.attempts) {
    const words = await readings.attemptWords(actor, reminderId, no)
    const attempt = (await readings.getReminder(actor, reminderId))?.attempts.find((one) => one.no === no)
    if (attempt === undefined) continue
    messages.push({
      reminderId,
      no,
      at: attempt.reservedAt,
      channel: attempt.channel,
      status: attempt.status,
      delivery: attempt.delivery?.state ?? null,
      words: words?.state === 'kept' ? words.content : null,
    })
  }
  const known = await readings.getRecipient(actor, { creditor, id: recipientId })
  return {
    generatedAt: formatInstant(runtime.clock.now()),
    person: known as PersonFile['person'],
    whereabouts: kept.locationEvidence.map((sign) => ({ ...sign, at: formatInstant(sign.at) })),
    blockedTimes: kept.blockedTimes.map((time) => ({ ...time })),
    consents: kept.consents.map(({ id, ...consent }) => ({
      ...consent,
      source: data.openText(consentSource(id), consent.source),
      from: text(consent.from),
      until: textOrNull(consent.until),
    })),
    accounts: await Promise.all(
      accounts.map(async (account) => {
        const own = kept.accounts.find((one) => one.upstreamId === account.id)
        const variables = own === undefined ? null : data.open(accountVariables(own.id), own.variables)
        return {
          account,
          variables: variables === null ? {} : (JSON.parse(variables) as Record<string, string>),
          factsForWords: mapFreeText(own?.factsForWords ?? {}, (sealed, fact) =>
            data.openText(accountFact(`${own?.id ?? ''}.${fact}`), sealed),
          ),
          history: await all((cursor) =>
            readings.accountTimeline(actor, { creditor, id: account.id }, { cursor, limit: 500 }),
          ),
        }
      }),
    ),
    events: kept.events.map((event) => ({
      id: event.upstreamId,
      accountId: event.accountId,
      type: event.type,
      kind: event.kind,
      occurredAt: text(event.occurredAt),
      effect: event.effect,
      stated: mapStatedText(event.body, (sealed, field) =>
        said(data.openText(eventField(`${event.id}.${field}`), sealed)),
      ),
      note: data.open(eventNote(event.id), event.note),
    })),
    holds: (await all((cursor) => readings.listHolds(actor, { ...owner, cursor }))).map((hold) => ({
      ...hold,
      details: mapStatedText(kept.holds.find(({ id }) => id === hold.id)?.details ?? {}, (sealed, field) =>
        said(data.openText(holdDetail(`${hold.id}.${field}`), sealed)),
      ),
    })),
    suppressions: await all((cursor) => readings.listSuppressions(actor, { ...owner, cursor })),
    tasks: (await all((cursor) => readings.listTasks(actor, { ...owner, cursor }))).map((task) => {
      const own = kept.tasks.find(({ id }) => id === task.id)
      return { ...task, note: own === undefined ? null : data.open(taskNote(own.id), own.note) }
    }),
    contacts: await all((cursor) => readings.listContacts(actor, { ...owner, cursor })),
    replies: await all((cursor) => readings.listReplies(actor, { ...owner, cursor })),
    messages,
    readBy: (
      await all(async (cursor) => {
        const before = (positionOf(cursor, ['id'])?.[0] as string | undefined) ?? null
        const rows = await listAccess(runtime.ledger.db, {
          creditor,
          live: true,
          recipientId: row.id,
          actor: null,
          from: null,
          to: null,
          before,
          limit: 501,
        })
        return pageFrom(rows, 500, accessViewOf, (one) => writeCursor([one.id]))
      })
    ).map(({ at, actor: who, action }) => ({ at, actor: who, action })),
  }
}
