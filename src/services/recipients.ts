import { DecorumError } from '../model/errors.ts'
import type { Channel } from '../model/vocabulary.ts'
import { hashesOf } from '../pipeline/accept/address-names.ts'
import type { AccessLog } from '../pipeline/access-log.ts'
import { PersonalData } from '../pipeline/personal-data.ts'
import type { Actor, Runtime } from '../pipeline/runtime.ts'
import {
  addressesOf,
  externalAccountIdsOf,
  type RecipientAddressRow,
  type RecipientListing,
  recipientsByAddressHash,
  recipientsByExternalId,
} from '../record/recipients.ts'
import type { RecipientView } from '../report/views/recipients.ts'
import { addressSource } from '../record/vault/vault.ts'
import { creditorScope, onlyOne, type Ref, text, textOrNull } from './paging.ts'

/** Recipients, by id and by address. Every read is written to the access log before it is answered. */
export interface RecipientService {
  getRecipient(actor: Actor, ref: Ref): Promise<RecipientView | null>
  /** Which recipients have this number or mailbox? Compared by keyed hash. */
  recipientsByAddress(
    actor: Actor,
    query: { creditor?: string | undefined; address: string; channel?: Channel | undefined },
  ): Promise<RecipientView[]>
}

export function recipientService(runtime: Runtime, access: AccessLog): RecipientService {
  const { db } = runtime.ledger
  const at = (): Date => new Date(runtime.clock.now())

  async function viewOf(row: RecipientListing): Promise<RecipientView> {
    const data = new PersonalData(runtime.vault, { id: row.id, dataKey: row.data_key, dataKeyId: row.data_key_id })
    const addresses = await addressesOf(db, row.id)
    return {
      id: row.external_id,
      creditor: row.creditor,
      erased: row.erased_at !== null,
      name: data.name(row.name),
      locale: row.locale,
      timeZone: row.time_zone,
      jurisdiction: row.jurisdiction,
      asOf: textOrNull(row.as_of),
      addresses: addresses.map((address) => addressOf(address, data)),
      accountIds: await externalAccountIdsOf(db, row.id),
      updatedAt: text(row.updated_at),
    }
  }

  const logged = (actor: Actor, rows: readonly RecipientListing[]) =>
    access.reading(
      rows.map((row) => ({
        at: at(),
        actor: actor.name,
        action: 'recipient-read',
        subject: `recipient:${row.id}`,
        creditor: row.creditor,
        recipientId: row.id,
        live: actor.live,
      })),
    )

  return {
    async getRecipient(actor, ref) {
      const scope = creditorScope(actor, ref.creditor)
      const row = scope.outside ? null : onlyOne(await recipientsByExternalId(db, scope, ref.id))
      if (row === null) return null
      if (row.erased_at !== null) throw new DecorumError('DECORUM_ERASED', 'this person was erased')
      await logged(actor, [row])
      return viewOf(row)
    },

    async recipientsByAddress(actor, query) {
      const scope = creditorScope(actor, query.creditor)
      if (scope.outside) return []
      const hashes = await hashesOf(
        db,
        runtime.vault,
        { channel: query.channel ?? (query.address.includes('@') ? 'email' : 'phone'), value: query.address },
        actor.live ? [true, false] : [false],
      )
      await access.reading([
        {
          at: at(),
          actor: actor.name,
          action: 'address-search',
          subject: `address:${hashes[0]?.toString('hex') ?? ''}`,
          creditor: scope.creditor,
          live: actor.live,
        },
      ])
      const rows = (await recipientsByAddressHash(db, scope, hashes)).filter((row) => row.erased_at === null)
      await logged(actor, rows)
      const views: RecipientView[] = []
      for (const row of rows) views.push(await viewOf(row))
      return views
    },
  }
}

const addressOf = (row: RecipientAddressRow, data: PersonalData): RecipientView['addresses'][number] => ({
  id: row.id,
  channel: row.channel,
  value: data.address({ id: row.id, value: row.value === null ? null : row.value.toString('hex') }),
  kind: row.kind,
  relation: row.relation,
  source: data.openText(addressSource(row.id), row.source),
  country: row.country,
  zones: row.zones,
  removedAt: textOrNull(row.removed_at),
})
