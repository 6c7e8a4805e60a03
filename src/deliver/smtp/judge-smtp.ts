import type { CallOutcome, RejectionClass } from '../../model/outcome.ts'

/** What nodemailer says of a failure; its messages may quote the recipient and are not used. */
export interface SmtpFailure {
  code?: string | undefined
  /** Reply code of the relay. */
  responseCode?: number | undefined
  response?: string | undefined
  /** The command that was answered: CONN, EHLO, MAIL FROM, RCPT TO, DATA. */
  command?: string | undefined
  originalCode?: string | undefined
}

/**
 * What did a failed SMTP transaction come to?
 *
 * The relay takes responsibility with its answer to the final dot. Before that dot
 * nothing was sent, whatever broke; a clear refusal after it is a refusal; a broken or
 * silent connection after it may follow an acceptance that was lost on the way
 * (RFC 5321 §4.5.3.2.6, §6.1), and nodemailer reports it exactly as one before the dot.
 *
 * @param handedOver  the whole message, dot included, may have reached the relay
 */
export function judgeSmtp(failure: SmtpFailure, handedOver: boolean): CallOutcome {
  const reply = failure.responseCode
  const code = reply === undefined ? (failure.originalCode ?? failure.code ?? 'SMTP') : `SMTP_${reply}${enhancedSuffix(failure)}`
  const refusedAfterDot = failure.code === 'EMESSAGE' && reply !== undefined
  if (handedOver && !refusedAfterDot) return { kind: 'unknown', code, detail: 'the message was handed over and no answer came' }
  const [cls, detail] = classOf(failure)
  return { kind: 'rejected', class: cls, code, detail }
}

function classOf(failure: SmtpFailure): [RejectionClass, string] {
  const { code, responseCode: reply, command } = failure
  if (code === 'EAUTH') {
    return reply !== undefined && reply < 500 ? ['retriable', 'the relay cannot check credentials now'] : ['configuration', 'the relay does not accept these credentials']
  }
  if (code === 'ETLS' || /^(CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_|ERR_TLS|ERR_SSL)/.test(failure.originalCode ?? '')) {
    return ['configuration', 'no encrypted connection to the relay']
  }
  if (reply === undefined) return ['retriable', 'no complete conversation with the relay']
  if (reply < 500) return ['retriable', 'the relay asks to try later']
  const enhanced = enhancedCode(failure)
  if (command === 'RCPT TO') return enhanced === null ? BARE_RECIPIENT.get(reply) ?? ['permanent', 'the relay refuses this recipient'] : ofEnhanced(enhanced)
  if (command === 'DATA') return enhanced === null ? ['content', 'the relay refuses this message'] : ofEnhanced(enhanced)
  // Greeting, EHLO and MAIL FROM are about us; they never say anything of the recipient.
  return ['configuration', 'the relay does not take mail from this sender']
}

/** Replies to RCPT TO without an enhanced code, RFC 5321 §4.2.3. */
const BARE_RECIPIENT: ReadonlyMap<number, [RejectionClass, string]> = new Map([
  [550, ['address', 'no such mailbox']],
  [551, ['address', 'not a mailbox of this relay']],
  [553, ['address', 'mailbox name not allowed']],
  [501, ['address', 'mailbox syntax refused']],
  [552, ['retriable', 'mailbox full']],
  [554, ['configuration', 'the relay refuses by policy']],
])

/** By subject and detail of the enhanced code: RFC 3463 and IANA's registry of enhanced status codes. */
function ofEnhanced([subject, detail]: [number, number]): [RejectionClass, string] {
  switch (subject) {
    case 1: return detail === 7 || detail === 8 ? ['configuration', 'the relay refuses the sender'] : ['address', 'no such mailbox or domain']
    case 2: return detail === 3 ? ['content', 'message too long'] : ['retriable', 'mailbox full or switched off']
    case 3: return detail === 4 ? ['content', 'message too big'] : ['retriable', 'the recipient\'s mail system has a fault']
    case 4: return ['retriable', 'no route to the recipient\'s mail system']
    case 5: return ['configuration', 'protocol fault']
    case 6: return ['content', 'the recipient\'s system cannot take this content']
    case 7: return ['configuration', 'refused by policy: reputation, authentication or spam rules']
    default: return ['permanent', 'refused without a reason']
  }
}

function enhancedCode({ response }: SmtpFailure): [number, number] | null {
  const found = /^\d{3}[ -]5\.(\d{1,3})\.(\d{1,3})\b/.exec(response ?? '')
  return found === null ? null : [Number(found[1]), Number(found[2])]
}

function enhancedSuffix(failure: SmtpFailure): string {
  const found = /^\d{3}[ -]([245]\.\d{1,3}\.\d{1,3})\b/.exec(failure.response ?? '')
  return found === null ? '' : `_${found[1]}`
}
