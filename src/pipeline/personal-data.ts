import { packJson, unpackJson } from '../record/packed/packed-json.ts'
import type { Captured } from '../deliver/capture.ts'
import { attemptOwner, keepCapturedRow, keepInventedReceipts } from '../record/captured.ts'
import type { AccountForDecision, RecipientAddress } from '../record/dispatch/decision-inputs.ts'
import type { FencedReminder } from '../record/dispatch/fence.ts'
import { newId } from '../record/id.ts'
import {
  accountVariables,
  addressValue,
  capturedContent,
  type DataKey,
  recipientName,
  reminderVariables,
  type SealedField,
  type Vault,
} from '../record/vault/vault.ts'
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
