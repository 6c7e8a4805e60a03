import { PassThrough, type Readable } from 'node:stream'
import nodemailer, { type SendMailOptions, type SMTPPoolSentMessageInfo } from 'nodemailer'
import SMTPPool from 'nodemailer/lib/smtp-pool'
import { readMailbox, senderMailbox } from '../../model/address-rules.ts'
import type { CallOutcome, RejectionClass } from '../../model/delivery.ts'
import { requiresTls, type SmtpSettings } from '../../model/route.ts'
import type { DeliveryRequest, Provider } from '../provider.ts'

type Transporter = ReturnType<typeof watchedPool>

/**
 * Email through an SMTP relay: one message, one recipient, over kept connections.
 *
 * `accepted` means that the relay took it, not that it arrived. SMTP has no records to look up, so an unknown outcome stays
 * unknown until an operator or a bounce resolves it.
 */
export function smtpProvider(settings: SmtpSettings): Provider {
  const transporter = watchedPool(settings)
  return {
    name: 'smtp',
    channel: 'email',
    forms: ['text'],
    lookUpIsConclusive: false,
    harmless: false,
    send: (request) => send(transporter, settings, request),
    lookUp: async () => ({ kind: 'unavailable', detail: 'SMTP keeps no books' }),
    check: () => check(transporter),
    close: async () => transporter.close(),
  }
}

async function send(transporter: Transporter, settings: SmtpSettings, request: DeliveryRequest): Promise<CallOutcome> {
  const { message } = request
  if (message.channel !== 'email')
    return { kind: 'rejected', class: 'configuration', code: 'FORM', detail: 'this route takes email only' }
  const to = readMailbox(request.to)
  if (to === null)
    return { kind: 'rejected', class: 'address', code: 'INVALID_TO', detail: 'the recipient is not one plain mailbox' }
  const sender = senderMailbox(request.from)
  if (sender === null)
    return {
      kind: 'rejected',
      class: 'configuration',
      code: 'INVALID_FROM',
      detail: 'the sender of this route is not a mailbox',
    }

  const handover = new Handover()
  const cancel = new AbortController()
  const { messageId, headers } = headersFor(request, sender)
  const mail: WatchedMail = {
    from: request.from,
    to: { name: '', address: to },
    envelope: { from: sender, to },
    subject: message.subject,
    text: message.text,
    html: message.html,
    messageId: `<${messageId}>`,
    headers,
    disableFileAccess: true,
    disableUrlAccess: true,
    signal: cancel.signal,
    handover,
    ...(settings.dkim === undefined
      ? {}
      : {
          dkim: {
            domainName: settings.dkim.domain,
            keySelector: settings.dkim.selector,
            privateKey: settings.dkim.privateKey,
            headerFieldNames: SIGNED_HEADERS,
          },
        }),
  }

  let late = false
  const timer = setTimeout(() => {
    late = true
    handover.stop()
    cancel.abort()
  }, request.deadlineMs)
  try {
    await transporter.sendMail(mail)
    return { kind: 'accepted', reference: messageId, status: 'relayed' }
  } catch (error) {
    if (late && !handover.complete)
      return {
        kind: 'rejected',
        class: 'retriable',
        code: 'DEADLINE',
        detail: 'the relay was too slow; the message was not handed over',
      }
    return classifySmtpFailure(late ? { code: 'DEADLINE' } : (error as SmtpFailure), handover.complete)
  } finally {
    clearTimeout(timer)
  }
}

async function check(transporter: Transporter): Promise<string | null> {
  try {
    await transporter.verify()
    return null
  } catch (error) {
    const outcome = classifySmtpFailure(error as SmtpFailure, false)
    return outcome.kind === 'rejected' && outcome.class === 'configuration'
      ? `${outcome.detail} (${outcome.code}); check settings.url`
      : `the relay does not answer (${outcome.kind === 'accepted' ? '' : outcome.code}); is it up, and does settings.url name it?`
  }
}

/**
 * Which headers DKIM signs. nodemailer's own list leaves out the unsubscribe ones, and
 * Gmail and Yahoo honour one-click unsubscription only where both are signed (RFC 8058 §4).
 */
const SIGNED_HEADERS = [
  'from',
  'sender',
  'reply-to',
  'to',
  'subject',
  'date',
  'message-id',
  'mime-version',
  'content-type',
  'content-transfer-encoding',
  'list-unsubscribe',
  'list-unsubscribe-post',
  'auto-submitted',
  'feedback-id',
].join(':')

/**
 * Which headers of ours does this message carry?
 *
 * The Message-ID names the attempt, so that a bounce, a complaint or the relay's log can
 * be matched; a new attempt has a new one. The headers hold no personal data.
 *
 * @param sender  the bare mailbox of the sender
 * @returns       `messageId` without its angle brackets
 */
function headersFor(
  { attempt, unsubscribeUrl }: DeliveryRequest,
  sender: string,
): { messageId: string; headers: Record<string, string> } {
  const headers: Record<string, string> = {
    // RFC 3834: no vacation notice in return.
    'Auto-Submitted': 'auto-generated',
    // Gmail groups spam reports by these; the last part is the sender.
    'Feedback-ID': `reminder:email:attempt-${attempt.attemptNo}:decorum`,
  }
  if (unsubscribeUrl !== null) {
    headers['List-Unsubscribe'] = `<${unsubscribeUrl}>`
    headers['List-Unsubscribe-Post'] = 'List-Unsubscribe=One-Click'
  }
  return {
    messageId: `${attempt.reminderId}.${attempt.attemptNo}@${sender.slice(sender.lastIndexOf('@') + 1)}`,
    headers,
  }
}

/** Tracks whether one message was completely handed over to the relay. */
class Handover {
  /** True once the last byte was written: from then on the relay may have the message. */
  complete = false
  private body: PassThrough | null = null
  private stopped = false

  /**
   * Prevents the message from going out, unless it is complete: the last byte is withheld here, whatever the pool does with
   * the connection.
   */
  stop(): void {
    this.stopped = true
    if (!this.complete) this.body?.destroy(new Error('timed out'))
  }

  watch(source: Readable): Readable {
    const body = new PassThrough()
    this.body = body
    body.once('end', () => {
      this.complete = true
    })
    source.once('error', (error) => body.destroy(error))
    if (this.stopped) body.destroy(new Error('timed out'))
    else source.pipe(body)
    return body
  }
}

type WatchedMail = SendMailOptions & { handover: Handover }

/**
 * A pool of connections to one relay that knows, for each message, whether its last byte was written: the only distinction
 * between "certainly not sent" and "unknown".
 *
 * The pool never requeues a message itself (maxRequeues 0): each try is an attempt in the ledger.
 */
function watchedPool(settings: SmtpSettings) {
  const pool = new SMTPPool({
    url: settings.url,
    pool: true,
    maxConnections: settings.pool,
    maxRequeues: 0,
    requireTLS: requiresTls(settings),
    connectionTimeout: 15_000,
    greetingTimeout: 15_000,
    dnsTimeout: 10_000,
    // Generous after the dot, where RFC 5321 allows ten minutes: the request's own deadline is what binds.
    socketTimeout: 120_000,
    // Relays drop idle connections; a message that meets a dropped one costs an attempt.
    idleTimeout: 20_000,
  })
  // After DKIM, which reads the whole message before its first byte goes out.
  return nodemailer.createTransport<SMTPPoolSentMessageInfo>({
    name: 'watched-pool',
    version: '1',
    send(mail, done) {
      const { handover } = mail.data as WatchedMail
      mail.message.processFunc((source) => handover.watch(source as Readable))
      pool.send(mail, done)
    },
    verify: (done) => pool.verify(done),
    close: () => pool.close({ force: true }),
  })
}

/** nodemailer's error; its message may quote the recipient and is not used. */
interface SmtpFailure {
  code?: string | undefined
  /** Reply code of the relay. */
  responseCode?: number | undefined
  response?: string | undefined
  /** The command that was answered: CONN, EHLO, MAIL FROM, RCPT TO, DATA. */
  command?: string | undefined
  originalCode?: string | undefined
}

/**
 * The outcome of a failed SMTP transaction.
 *
 * The relay takes responsibility with its answer to the final dot. Before the dot nothing was sent, whatever failed; a
 * refusal after it is a refusal; a broken or silent connection after it may hide a lost acceptance (RFC 5321 §4.5.3.2.6,
 * §6.1), and nodemailer reports it exactly as one before the dot.
 *
 * @param handedOver  the whole message, dot included, may have reached the relay
 */
function classifySmtpFailure(failure: SmtpFailure, handedOver: boolean): CallOutcome {
  const reply = failure.responseCode
  const code =
    reply === undefined ? (failure.originalCode ?? failure.code ?? 'SMTP') : `SMTP_${reply}${enhancedSuffix(failure)}`
  const refusedAfterDot = failure.code === 'EMESSAGE' && reply !== undefined
  if (handedOver && !refusedAfterDot)
    return { kind: 'unknown', code, detail: 'the message was handed over and no answer came' }
  const [cls, detail] = classOf(failure)
  return { kind: 'rejected', class: cls, code, detail }
}

function classOf(failure: SmtpFailure): [RejectionClass, string] {
  const { code, responseCode: reply, command } = failure
  if (code === 'EAUTH') {
    return reply !== undefined && reply < 500
      ? ['retriable', 'the relay cannot check credentials now']
      : ['configuration', 'the relay does not accept these credentials']
  }
  if (
    code === 'ETLS' ||
    /^(CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_|ERR_TLS|ERR_SSL)/.test(failure.originalCode ?? '')
  ) {
    return ['configuration', 'no encrypted connection to the relay']
  }
  if (reply === undefined) return ['retriable', 'no complete conversation with the relay']
  if (reply < 500) return ['retriable', 'the relay asks to try later']
  const enhanced = enhancedCode(failure)
  if (command === 'RCPT TO')
    return enhanced === null
      ? (BARE_RECIPIENT.get(reply) ?? ['permanent', 'the relay refuses this recipient'])
      : ofEnhanced(enhanced)
  if (command === 'DATA')
    return enhanced === null ? ['content', 'the relay refuses this message'] : ofEnhanced(enhanced)
  // Greeting, EHLO and MAIL FROM concern the sender, never the recipient.
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
    case 1:
      return detail === 7 || detail === 8
        ? ['configuration', 'the relay refuses the sender']
        : ['address', 'no such mailbox or domain']
    case 2:
      return detail === 3 ? ['content', 'message too long'] : ['retriable', 'mailbox full or switched off']
    case 3:
      return detail === 4 ? ['content', 'message too big'] : ['retriable', "the recipient's mail system has a fault"]
    case 4:
      return ['retriable', "no route to the recipient's mail system"]
    case 5:
      return ['configuration', 'protocol fault']
    case 6:
      return ['content', "the recipient's system cannot take this content"]
    case 7:
      return ['configuration', 'refused by policy: reputation, authentication or spam rules']
    default:
      return ['permanent', 'refused without a reason']
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
