import { packJson, unpackJson } from '../record/packed/packed-json.ts'
import type { Captured } from '../deliver/capture.ts'
import { attemptOwner, keepCapturedRow, keepInventedReceipts } from '../record/captured.ts'
import type { AccountForDecision, RecipientAddress } from '../record/dispatch/decision-inputs.ts'
import type { FencedReminder } from '../record/dispatch/fence.ts'
import { newId } from '../record/id.ts'
import { dataKeyOf } from '../record/recipients.ts'
import type { Db } from '../record/schema.ts'
import {
  accountFact,
  accountReference,
  accountVariables,
  addressValue,
  capturedContent,
  type DataKey,
  type DigestPurpose,
  recipientName,
  reminderVariables,
  type SealedField,
  type Vault,
} from '../record/vault/vault.ts'
import { mapFreeText } from './free-text.ts'
import type { Runtime } from './runtime.ts'

/** The columns of `decorum.recipient` that decryption needs. */
interface VaultSubject {
  id: string
  dataKey: Buffer | null
  dataKeyId: string | null
}

/** One recipient's personal data, decrypted field by field while a message is rendered. Null where the recipient was erased. */
export class PersonalData {
  readonly #vault: Vault
  readonly #subject: VaultSubject
  #unwrapped: DataKey | undefined

  constructor(vault: Vault, subject: VaultSubject) {
    this.#vault = vault
    this.#subject = subject
  }

  name(sealed: Buffer | null): string | null {
    return this.open(recipientName(this.#subject.id), sealed)
  }

  /** The number or mailbox in clear. */
  address(address: Pick<RecipientAddress, 'id' | 'value'>): string | null {
    return this.open(addressValue(address.id), address.value === null ? null : Buffer.from(address.value, 'hex'))
  }

  open(place: SealedField, sealed: Buffer | null): string | null {
    return sealed === null || this.#subject.dataKey === null ? null : this.#vault.open(this.#key(), place, sealed)
  }

  /** @throws DECORUM_ERASED when the recipient's data key has been destroyed */
  seal(place: SealedField, text: string): Buffer {
    return this.#vault.seal(this.#key(), place, text)
  }

  /** What the person's column of text says; null: nothing, or it died with their key. */
  openText(place: SealedField, stored: string | null): string | null {
    return stored === null
      ? null
      : this.#vault.openText(() => (this.#subject.dataKey === null ? null : this.#key()), place, stored)
  }

  /** @throws DECORUM_ERASED when the person's data key is gone */
  sealText(place: SealedField, text: string): string {
    return this.#vault.sealText(this.#key(), place, text)
  }

  /** The digest of a hash that covers the person's data. @throws DECORUM_ERASED when their key is gone: nobody can make it again */
  digest(purpose: DigestPurpose, hash: Buffer): Buffer {
    return this.#vault.digest(this.#key(), purpose, hash)
  }

  /** Does this digest cover that hash? @throws DECORUM_ERASED when the person's key is gone */
  isDigest(purpose: DigestPurpose, hash: Buffer, digest: Buffer): boolean {
    return this.#vault.isDigest(this.#key(), purpose, hash, digest)
  }

  /** Packed JSON; null: none is stored, or the recipient was erased. */
  openJson(place: SealedField, sealed: Buffer | null): unknown {
    return sealed === null || this.#subject.dataKey === null
      ? null
      : unpackJson(this.#vault.openBytes(this.#key(), place, sealed))
  }

  /** @throws DECORUM_ERASED when the person's data key is gone */
  sealJson(place: SealedField, value: unknown): Buffer {
    return this.#vault.sealBytes(this.#key(), place, packJson(value))
  }

  #key(): DataKey {
    return (this.#unwrapped ??= this.#vault.unwrap(this.#subject.dataKey, this.#subject.dataKeyId))
  }
}

/** One person's data, to be opened or sealed. */
export async function personalDataOf(runtime: Pick<Runtime, 'vault'>, db: Db, id: string): Promise<PersonalData> {
  return new PersonalData(runtime.vault, { id, ...((await dataKeyOf(db, id)) ?? { dataKey: null, dataKeyId: null }) })
}

/** An account's words as its texts say them; sealed ones are opened. */
export function openAccountWords<A extends Pick<AccountForDecision, 'id' | 'referenceMasked' | 'factsForWords'>>(
  data: PersonalData,
  account: A,
): A {
  const { id, referenceMasked, factsForWords } = account
  return {
    ...account,
    referenceMasked: data.openText(accountReference(id), referenceMasked),
    factsForWords: mapFreeText(factsForWords, (text, fact) => data.openText(accountFact(`${id}.${fact}`), text)),
  }
}

/** The variables of accounts and reminder. Of equal names the reminder's wins, then the lead account's. */
export function openVariables(
  data: PersonalData,
  reminder: Pick<FencedReminder, 'id' | 'variables'>,
  accounts: readonly Pick<AccountForDecision, 'id' | 'variables'>[],
): Record<string, string> {
  const variables: Record<string, string> = {}
  const add = (json: string | null): void => {
    if (json !== null) Object.assign(variables, JSON.parse(json))
  }
  for (let i = accounts.length - 1; i >= 0; i--) {
    const account = accounts[i] as (typeof accounts)[number]
    if (account.variables !== null) add(data.open(accountVariables(account.id), account.variables))
  }
  if (reminder.variables !== null) add(data.open(reminderVariables(reminder.id), reminder.variables))
  return variables
}

/** Stores a captured message where staff can read it, and its simulated receipts. */
export async function storeCaptured(runtime: Runtime, captured: Captured): Promise<void> {
  const { reminderId, attemptNo } = captured.request.attempt
  const owner = await attemptOwner(runtime.ledger.db, reminderId, attemptNo)
  if (owner === null) throw new RangeError(`attempt not found: ${reminderId}.${attemptNo}`)
  const id = newId()
  const now = runtime.clock.now()
  const data = new PersonalData(runtime.vault, {
    id: owner.recipientId,
    dataKey: owner.dataKey,
    dataKeyId: owner.dataKeyId,
  })
  const { to, from, message } = captured.request
  await keepCapturedRow(runtime.ledger.db, {
    id,
    reminderId,
    attemptNo,
    recipientId: owner.recipientId,
    channel: captured.channel,
    route: owner.route,
    at: new Date(now),
    content: data.seal(capturedContent(id), JSON.stringify({ to, from, message })),
  })
  await keepInventedReceipts(
    runtime.ledger.db,
    captured.receipts.map((receipt) => ({ reminderId, attemptNo, at: now + receipt.afterMs, word: receipt.word })),
  )
}
