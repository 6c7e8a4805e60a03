import type { Instant } from '../../model/instant.ts'
import type { UpstreamKey } from '../../record/accepting/known-people.ts'
import type { WrappedKey } from '../../record/vault/vault.ts'
import { PersonDraft } from './person-draft.ts'

/** A person of whom nothing is known yet but whose it is; what is said about it is merged as about any other. */
export const newPerson = (id: string, key: UpstreamKey, dataKey: WrappedKey, now: Instant): PersonDraft => new PersonDraft({
  row: {
    id, creditor: key.creditor, external_id: key.externalId, seq: 0, data_key: dataKey.wrapped, data_key_id: dataKey.keyId, name: null, locale: null,
    time_zone: null, jurisdiction: null, location_evidence: [], blocked_times: [], as_of: null, caught_up_on: null, erased_at: null,
    created_at: new Date(now), updated_at: new Date(now),
  },
  addresses: [], consents: [],
}, true)
