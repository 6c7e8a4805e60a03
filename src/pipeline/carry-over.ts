import { randomBytes } from 'node:crypto'
import { carriedRows, type CarriedRow, noteCarried, stepsLeft, writeCarried } from '../record/carry-over.ts'
import { takeLocks } from '../record/locks.ts'
import { isSealedText } from '../record/vault/sealed-text.ts'
import {
  accountFact,
  accountReference,
  addressSource,
  apiKeyLabel,
  consentSource,
  type DataKey,
  type DigestPurpose,
  doubtReason,
  eventField,
  holdDetail,
  holdEndReason,
  importSource,
  type SealedField,
  suppressionLiftReason,
  suppressionSource,
  switchLiftReason,
  switchReason,
} from '../record/vault/vault.ts'
import { originOf } from '../model/vocabulary.ts'
import { isOwnSource } from './accept/accept-suppression.ts'
import { mapFreeText, mapStatedText } from './free-text.ts'
import type { Runtime } from './runtime.ts'

const BATCH = 200

/**
 * Seals what an earlier build left in clear, and puts its hashes of personal data under keys.
 *
 * In batches, each committed with how far it is. A ledger that began with this build has nothing of the kind.
 */
export async function carryOver(
  { ledger: { db }, vault }: Pick<Runtime, 'ledger' | 'vault'>,
  tell: (table: string, done: number) => void,
): Promise<number> {
  let all = 0
  for (const { table, after: begun } of await stepsLeft(db)) {
    let [after, done] = [begun, 0]
    for (;;) {
      const rows = await carriedRows(db, { table, after }, BATCH)
      const last = rows.at(-1)
      if (last === undefined) break
      after = last.key
      await db.transaction().execute(async (opened) => {
        const people = rows.flatMap(({ personId }) => personId ?? [])
        const trx = await takeLocks(opened, { recipients: people }, 'wait')
        for (const row of rows) {
          const changed = changedIn(vault, table, row)
          if (Object.keys(changed).length > 0) await writeCarried(trx, table, row, changed)
        }
        await noteCarried(trx, table, last.key)
      })
      done += rows.length
      tell(table, done)
    }
    await noteCarried(db, table, null)
    all += done
  }
  return all
}

/** The columns of a row that change, as they are to be. */
function changedIn(vault: Runtime['vault'], table: string, row: CarriedRow): Record<string, unknown> {
  const id = row.key[0] as string
  let unwrapped: DataKey | null = null
  /** Null: nobody's, or of somebody who was erased. */
  const key = (): DataKey | null =>
    row.dataKey === null ? null : (unwrapped ??= vault.unwrap(row.dataKey, row.dataKeyId))
  const text = (column: string, place: SealedField, whose = key): Record<string, unknown> => {
    const value = row.values[column]
    return typeof value !== 'string' || isSealedText(value) ? {} : { [column]: vault.sealText(whose(), place, value) }
  }
  const within = (column: string, place: (field: string) => SealedField, map: typeof mapStatedText) => {
    let touched = false
    const sealed = map((row.values[column] ?? {}) as Record<string, unknown>, (said, field) => {
      if (isSealedText(said)) return said
      touched = true
      return vault.sealText(key(), place(`${id}.${field}`), said)
    })
    return touched ? { [column]: sealed } : {}
  }
  const digest = (column: string, purpose: DigestPurpose): Record<string, unknown> => {
    const value = row.values[column] as Buffer
    if (value.length !== 32) return {}
    // Of somebody who was erased nothing can be confirmed any more, with keys or without.
    if (row.personId !== null && row.dataKey === null) return { [column]: vault.digest(null, purpose, randomBytes(32)) }
    return { [column]: vault.digest(key(), purpose, value) }
  }
  const said = row.values['source']
  switch (table) {
    case 'recipient_address':
      return typeof said === 'string' && originOf(said) === 'other' ? text('source', addressSource(id)) : {}
    case 'consent':
      return text('source', consentSource(id))
    case 'account':
      return {
        ...text('reference_masked', accountReference(id)),
        ...within('facts_for_words', accountFact, mapFreeText),
      }
    case 'event':
      return { ...within('body', eventField, mapStatedText), ...digest('body_hash', 'body') }
    case 'hold':
      return { ...within('details', holdDetail, mapStatedText), ...text('end_reason', holdEndReason(id)) }
    case 'suppression': {
      const whose = () => (row.values['scope'] === 'address' ? null : key())
      return {
        ...(isOwnSource(String(said)) ? {} : text('source', suppressionSource(String(row.values['creditor'])), whose)),
        ...text('lift_reason', suppressionLiftReason(id), whose),
      }
    }
    case 'doubt_resolution':
      return text('reason', doubtReason(id))
    case 'switch':
      return { ...text('reason', switchReason(id)), ...text('lift_reason', switchLiftReason(id)) }
    case 'api_key':
      return row.values['bootstrap'] === true ? {} : text('label', apiKeyLabel(id))
    case 'import_job':
      return { ...text('source', importSource(id)), ...digest('checksum', 'file') }
    case 'idempotency':
      return digest('body_hash', 'body')
    case 'reservation':
      return digest('message_hash', 'message')
    default:
      return {}
  }
}
