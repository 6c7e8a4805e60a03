import { setTimeout as pause } from 'node:timers/promises'
import { signatureOf } from '../support/fake-twilio/webhooks.ts'
import type { Act, TimedAct } from './acts.ts'
import type { Answer, Api, Question } from './api.ts'
import type { Covers, Diary } from './diary.ts'
import { accountBody, type Person } from './people.ts'
import { wordingOf } from './root.ts'

/** What diallers say of the calls that they asked for; null: nothing. */
const PERMIT_ENDS = ['no-answer', 'conversation', 'not-placed', null] as const

/** Accounts are reported as of an hour ago, so that whatever happens in the run is newer. */
const AS_OF_MS = 3_600_000
/** No reminder's own deadline falls into the run. */
const DEADLINE_MS = 3_600_000

/** What a person outside has at hand: the number they answer, and the link in their latest mail. */
export interface Outside {
  twilio: { authToken: string; number: string }
  /** The one-click page for this mailbox; null when no mail has arrived there yet. */
  unsubscribeLink(email: string): string | null
}

/** The world outside: registers accounts, asks for reminders, pays, stops, calls. Everything over HTTP. */
export class Load {
  readonly #api: Api
  readonly #diary: Diary
  readonly #outside: Outside
  readonly #known = new Map<string, Promise<boolean>>()
  #serial = 0
  #wordings = 0

  constructor(api: Api, diary: Diary, outside: Outside) {
    this.#api = api
    this.#diary = diary
    this.#outside = outside
  }

  /** Plays the acts at their times; resolves when each was acknowledged or given up. */
  async play(acts: readonly TimedAct[], stopped: AbortSignal): Promise<void> {
    const begun = performance.now()
    const playing: Promise<void>[] = []
    for (const { atMs, act } of acts) {
      const wait = begun + atMs - performance.now()
      if (wait > 5) await pause(wait, undefined, { signal: stopped }).catch(() => undefined)
      if (stopped.aborted) break
      playing.push(this.#do(act))
    }
    await Promise.all(playing)
  }

  async #do(act: Act): Promise<void> {
    if (!(await this.#register(act.recipient))) return
    const { recipient } = act
    const id = `${recipient.id}-${act.kind}-${this.#serial++}`
    const covers: Covers = { account: recipient.accountId }
    switch (act.kind) {
      case 'remind':
        return this.#remind(act, id)
      case 'pay':
        return this.#stop(
          'payment',
          covers,
          {
            method: 'POST',
            path: `/v1/accounts/${recipient.accountId}/events`,
            body: {
              creditor: 'meridian',
              id,
              type: 'payment',
              occurredAt: new Date().toISOString(),
              amount: '125.00',
              overdue: '0.00',
            },
          },
          () => this.#diary.events.push(id),
        )
      case 'hold':
        return this.#stop('hold', covers, {
          method: 'POST',
          path: '/v1/holds',
          body: { creditor: 'meridian', accountId: recipient.accountId, kind: 'manual' },
        })
      case 'text-stop':
        return this.#stop('text-stop', { number: recipient.number }, this.#inbound(recipient.number, id))
      case 'unsubscribe': {
        const link = this.#outside.unsubscribeLink(recipient.email)
        if (link === null) return
        return this.#stop(
          'unsubscribe',
          { email: recipient.email },
          { method: 'POST', path: link, form: { 'List-Unsubscribe': 'One-Click' } },
        )
      }
      case 'agent-call':
        return this.#agentCall(recipient, id)
      case 'permit':
        return this.#permit(recipient, id)
      case 'report-again':
        return void (await this.#ask({
          method: 'PUT',
          path: `/v1/accounts/${recipient.accountId}`,
          body: accountBody(recipient, Date.now() - AS_OF_MS),
        }))
    }
  }

  #register(recipient: Person): Promise<boolean> {
    const known = this.#known.get(recipient.accountId)
    if (known !== undefined) return known
    const asking = this.#ask({
      method: 'PUT',
      path: `/v1/accounts/${recipient.accountId}`,
      body: accountBody(recipient, Date.now() - AS_OF_MS),
    }).then((answer) => answer !== null && this.#diary.accounts.add(recipient.accountId).size > 0)
    this.#known.set(recipient.accountId, asking)
    return asking
  }

  async #remind(act: Extract<Act, { kind: 'remind' }>, key: string): Promise<void> {
    const notBefore = act.notBeforeMs === 0 ? 0 : Date.now() + act.notBeforeMs
    const question: Question = {
      method: 'POST',
      path: '/v1/reminders',
      headers: { 'idempotency-key': key },
      body: {
        creditor: 'meridian',
        accountId: act.recipient.accountId,
        template: wordingOf(this.#wordings++),
        tone: 'gentle',
        channels: act.channels,
        ...(notBefore === 0 ? {} : { notBefore: new Date(notBefore).toISOString() }),
        expiresAt: new Date(Date.now() + DEADLINE_MS).toISOString(),
      },
    }
    const answers = await Promise.all([this.#ask(question), ...(act.twice ? [this.#ask(question)] : [])])
    const ids = [...new Set(answers.flatMap((answer) => (answer === null ? [] : [String(answer.body.id)])))]
    if (ids.length > 1) this.#diary.surprises.push(`key ${key} was answered with ${ids.join(' and ')}`)
    for (const id of ids) this.#diary.accepted.push({ id, recipient: act.recipient, channels: act.channels, notBefore })
    const [id] = ids
    if (id === undefined || act.cancelAfterMs === null) return
    await pause(act.cancelAfterMs)
    const answer = await this.#ask({ method: 'DELETE', path: `/v1/reminders/${id}` })
    // Lost answers make it ask again, and then `cancelled` is false though we did it: the status says so.
    if (answer !== null && answer.body.status === 'cancelled') this.#note('cancel', { reminder: id }, answer)
  }

  async #agentCall(recipient: Person, id: string): Promise<void> {
    const answer = await this.#ask({
      method: 'POST',
      path: '/v1/contacts',
      body: {
        id,
        creditor: 'meridian',
        recipientId: recipient.id,
        at: new Date().toISOString(),
        channel: 'phone',
        outcome: 'conversation',
        party: 'recipient',
      },
    })
    if (answer !== null) this.#diary.agentCalls.push({ recipient: recipient.id, ackedAt: answer.answeredAt })
  }

  /** A dialler asks; given the permit it calls, and says what came of it, or falls silent, or did not call after all. */
  async #permit(recipient: Person, key: string): Promise<void> {
    const answer = await this.#ask({
      method: 'POST',
      path: '/v1/permits',
      headers: { 'idempotency-key': key },
      body: {
        creditor: 'meridian',
        recipientId: recipient.id,
        accountIds: [recipient.accountId],
        address: recipient.number,
        by: 'dialler-1',
      },
    })
    if (answer === null || answer.body.permitId === null) return
    const id = String(answer.body.permitId)
    const given: Diary['permits'][number] = { id, recipient: recipient.id, ackedAt: answer.answeredAt, outcome: null }
    this.#diary.permits.push(given)
    const outcome = PERMIT_ENDS[this.#serial % PERMIT_ENDS.length] ?? null
    if (outcome === null) return
    const settled = await this.#ask({ method: 'POST', path: `/v1/permits/${id}:settle`, body: { outcome } })
    if (settled === null) return
    given.outcome = outcome
    if (outcome === 'conversation')
      this.#diary.agentCalls.push({ recipient: recipient.id, ackedAt: settled.answeredAt })
  }

  #inbound(from: string, id: string): Question {
    const { authToken, number } = this.#outside.twilio
    const path = '/hooks/twilio/inbound'
    const form = { MessageSid: `SM${id}`, From: from, To: number, Body: 'STOP', AccountSid: `AC${'0'.repeat(32)}` }
    return {
      method: 'POST',
      path,
      form,
      headers: { 'x-twilio-signature': signatureOf(authToken, new URL(path, this.#api.url).href, form) },
    }
  }

  async #stop(kind: string, covers: Covers, question: Question, onAck: () => void = () => undefined): Promise<void> {
    const answer = await this.#ask(question)
    if (answer === null) return
    onAck()
    this.#note(kind, covers, answer)
  }

  #note(kind: string, covers: Covers, answer: Answer): void {
    this.#diary.stops.push({ kind, covers, askedAt: answer.askedAt, ackedAt: answer.answeredAt })
  }

  /** Null also when Decorum refused what it should take: that is a surprise, and noted. */
  async #ask(question: Question): Promise<Answer | null> {
    const answer = await this.#api.ask(question)
    if (answer === null || answer.status < 300) return answer
    this.#diary.surprises.push(
      `${question.method} ${question.path.replace(/\/u\/.*/, '/u/…')}: ${answer.status} ${String(answer.body.code)} ${String(answer.body.detail ?? '')}`,
    )
    return null
  }
}
