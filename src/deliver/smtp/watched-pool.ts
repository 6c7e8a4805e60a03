import { PassThrough, type Readable } from 'node:stream'
import nodemailer, { type SendMailOptions, type SMTPPoolSentMessageInfo } from 'nodemailer'
import SMTPPool from 'nodemailer/lib/smtp-pool'
import type { SmtpSettings } from '../../model/route.ts'

/** Follows one message to the wire. */
export class Handover {
  /** True once the last byte of the message was taken: from here on the relay may have it. */
  complete = false
  private body: PassThrough | null = null
  private stopped = false

  /**
   * The message must not go out any more; without effect once it is complete. Its last byte
   * is withheld here, whatever the pool makes of the connection.
   */
  stop(): void {
    this.stopped = true
    if (!this.complete) this.body?.destroy(new Error('timed out'))
  }

  watch(source: Readable): Readable {
    const body = new PassThrough()
    this.body = body
    body.once('end', () => { this.complete = true })
    source.once('error', error => body.destroy(error))
    if (this.stopped) body.destroy(new Error('timed out'))
    else source.pipe(body)
    return body
  }
}

export type WatchedMail = SendMailOptions & { handover: Handover }

/**
 * A pool of connections to one relay which knows, for each message, whether its last
 * byte was taken: the only thing that tells "surely not sent" from "perhaps".
 *
 * The pool never queues a message again by itself (maxRequeues 0): each try is an
 * attempt in the ledger.
 */
export function watchedPool(settings: SmtpSettings) {
  const pool = new SMTPPool({
    url: settings.url,
    pool: true,
    maxConnections: settings.pool,
    maxRequeues: 0,
    requireTLS: settings.requireTls,
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
      mail.message.processFunc(source => handover.watch(source as Readable))
      pool.send(mail, done)
    },
    verify: done => pool.verify(done),
    close: () => pool.close({ force: true }),
  })
}
