import type { CallOutcome } from '../../model/outcome.ts'
import type { SmtpSettings } from '../../model/route.ts'
import type { DeliveryRequest, Provider } from '../provider.ts'
import { headersFor, SIGNED_HEADERS } from './headers.ts'
import { judgeSmtp, type SmtpFailure } from './judge-smtp.ts'
import { readMailbox, senderMailbox } from '../../model/mailbox.ts'
import { Handover, watchedPool, type WatchedMail } from './watched-pool.ts'

type Transporter = ReturnType<typeof watchedPool>

/**
 * Email through an SMTP relay: one message, one recipient, over kept connections.
 *
 * `accepted` means that the relay took it, not that it arrived. SMTP keeps no books that
 * could be asked, so what is unknown stays so until an operator or a bounce says more.
 */
export function smtpProvider(settings: SmtpSettings): Provider {
  const transporter = watchedPool(settings)
  return {
    name: 'smtp',
    channel: 'email',
    forms: ['text'],
    lookUpIsConclusive: false,
    harmless: false,
    send: request => send(transporter, settings, request),
    lookUp: async () => ({ kind: 'unavailable', detail: 'SMTP keeps no books' }),
    check: () => check(transporter),
    close: async () => transporter.close(),
  }
}

async function send(transporter: Transporter, settings: SmtpSettings, request: DeliveryRequest): Promise<CallOutcome> {
  const { message } = request
  if (message.channel !== 'email') return { kind: 'rejected', class: 'configuration', code: 'FORM', detail: 'this route takes email only' }
  const to = readMailbox(request.to)
  if (to === null) return { kind: 'rejected', class: 'address', code: 'INVALID_TO', detail: 'the recipient is not one plain mailbox' }
  const sender = senderMailbox(request.from)
  if (sender === null) return { kind: 'rejected', class: 'configuration', code: 'INVALID_FROM', detail: 'the sender of this route is not a mailbox' }

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
    ...(settings.dkim === undefined ? {} : {
      dkim: { domainName: settings.dkim.domain, keySelector: settings.dkim.selector, privateKey: settings.dkim.privateKey, headerFieldNames: SIGNED_HEADERS },
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
    if (late && !handover.complete) return { kind: 'rejected', class: 'retriable', code: 'DEADLINE', detail: 'the relay was too slow; the message was not handed over' }
    return judgeSmtp(late ? { code: 'DEADLINE' } : (error as SmtpFailure), handover.complete)
  } finally {
    clearTimeout(timer)
  }
}

async function check(transporter: Transporter): Promise<string | null> {
  try {
    await transporter.verify()
    return null
  } catch (error) {
    const outcome = judgeSmtp(error as SmtpFailure, false)
    return outcome.kind === 'rejected' && outcome.class === 'configuration'
      ? `${outcome.detail} (${outcome.code}); check settings.url`
      : `the relay does not answer (${outcome.kind === 'accepted' ? '' : outcome.code}); is it up, and does settings.url name it?`
  }
}
