import { accountVariables, addressValue, recipientName, reminderVariables } from '../record/places.ts'
import type { AccountRow, PersonAddress } from '../record/dispatch/decision-inputs.ts'
import type { FencedReminder } from '../record/dispatch/fence.ts'
import type { DataKey, Place, Vault } from '../record/vault/vault.ts'

/** Whose data: the columns of `decorum.recipient` that the vault needs. */
export interface VaultSubject {
  id: string
  dataKey: Buffer | null
  dataKeyId: string | null
}

/** One person's data, opened field by field for as long as a message is being made. Null where the person was erased. */
export class PersonalData {
  readonly #vault: Vault
  readonly #subject: VaultSubject

  constructor(vault: Vault, subject: VaultSubject) {
    this.#vault = vault
    this.#subject = subject
  }

  name(sealed: Buffer | null): string | null {
    return this.open(recipientName(this.#subject.id), sealed)
  }

  /** The number or mailbox in clear. */
  address(address: Pick<PersonAddress, 'id' | 'value'>): string | null {
    return this.open(addressValue(address.id), address.value === null ? null : Buffer.from(address.value, 'hex'))
  }

  open(place: Place, sealed: Buffer | null): string | null {
    return sealed === null || this.#subject.dataKey === null ? null : this.#vault.open(this.#key(), place, sealed)
  }

  /** @throws DECORUM_ERASED when the person's data key is gone */
  seal(place: Place, text: string): Buffer {
    return this.#vault.seal(this.#key(), place, text)
  }

  #key(): DataKey {
    return this.#vault.unwrap(this.#subject.dataKey, this.#subject.dataKeyId)
  }
}

/** The accounts' variables and the reminder's own, the lead's over the others' and the reminder's over all. */
export function openVariables(
  data: PersonalData, reminder: Pick<FencedReminder, 'id' | 'variables'>, accounts: readonly Pick<AccountRow, 'id' | 'variables'>[],
): Record<string, string> {
  const parts = [...accounts].reverse().map((account) => data.open(accountVariables(account.id), account.variables))
  parts.push(data.open(reminderVariables(reminder.id), reminder.variables))
  return Object.assign({}, ...parts.filter((part) => part !== null).map((part) => JSON.parse(part) as Record<string, string>))
}
