import { field } from '../../deliver/twilio/receipts.ts'
import type { SignedCall } from '../services/hooks.ts'

/** A field of a callback: of the form, or of the address when it was a GET. Null when absent or empty. */
export function callbackField(call: SignedCall, name: string): string | null {
  const query = new URLSearchParams(call.path.split('?')[1] ?? '').get(name)
  return field(call.form, name) ?? (query === '' ? null : query)
}
