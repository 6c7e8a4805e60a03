import { beforeAll, describe, expect, it } from 'vitest'
import { captureProvider, type PlannedReceipt } from '../../src/deliver/capture.ts'
import { unlimitedRateGate } from '../../src/demo/stepping.ts'
import { eventBody, holdBody, reminderBody } from '../../src/intake/bodies.ts'
import { parseLadder } from '../../src/model/ladder.ts'
import { DAY, formatInstant, HOUR, type Instant } from '../../src/model/time.ts'
import type { Channel } from '../../src/model/vocabulary.ts'
import { carriedWords } from '../../src/pipeline/dispatch/words.ts'
import { storeCaptured } from '../../src/pipeline/personal-data.ts'
import { ledgerPortfolio } from '../../src/pipeline/simulate/portfolio.ts'
import { simulateRecipient } from '../../src/pipeline/simulate/simulate-recipient.ts'
import type { SimulatedRecipient } from '../../src/pipeline/simulate/simulated-recipient.ts'
import { simulatedRenderer } from '../../src/pipeline/simulate/simulated-words.ts'
import { nextWork, reminderName } from '../../src/record/demo.ts'
import { policyOf } from '../../src/services/packs-in-force.ts'
import { openEmbeddedFresh } from '../support/ledger.ts'
import { at, LENDER, overdueAccount, shippedConfig, Stage } from '../support/stage.ts'

/** 09:00 in Shanghai, on the first day past due. */
const FROM = '2026-11-23T01:00:00Z'
const DAYS = 4

/** Two gentle steps a day apart in the same words, channels that stand by, and a step for a promise that was not kept. */
const LADDER = (() => {
  const parsed = parseLadder({
    id: 'steps',
    version: '1',
    description: 'two like steps',
    bookTime: '10:00',
    template: 'cn-consumer-loan',
    defaults: {
      expiresAfter: '3d',
      minimumDwell: '20h',
      doNotChaseBelow: { CNY: '1.00' },
      graceDays: 0,
      skipIf: ['promise-open'],
    },
    rungs: [
      {
        id: 'day1',
        at: { dpd: 1 },
        stage: 'M1',
        tone: 'gentle',
        channels: ['sms', 'phone', 'email'],
        expiresAfter: '2d',
      },
      { id: 'day2', at: { dpd: 2 }, stage: 'M1', tone: 'gentle', channels: ['sms', 'phone'], expiresAfter: '2d' },
      {
        id: 'broken',
        at: { event: 'promise-broken', days: 0 },
        tone: 'neutral',
        channels: ['sms'],
        expiresAfter: '2d',
      },
    ],
  })
  if (!parsed.ok) throw new TypeError(JSON.stringify(parsed.faults))
  return parsed.ladder
})()

const CONFIG = (() => {
  const shipped = shippedConfig()
  return {
    ...shipped,
    policies: { house: [], without: ['house', 'house-limits'] },
    delivery: { ...shipped.delivery, sameWordsWithin: 30 * HOUR },
    ladders: new Map([...shipped.ladders, [LADDER.id, { ladder: LADDER, version: 'steps-1' }]]),
    creditors: new Map([...shipped.creditors].map(([id, creditor]) => [id, { ...creditor, freshFor: 400 * DAY }])),
  }
})()

/** By name alone: the first's number is refused by its carrier, everybody else has what is sent to them. */
function receipts(channel: Channel, name: string): PlannedReceipt[] {
  const refused = channel === 'sms' && name.includes('/refused/')
  return [
    {
      afterMs: 8_000,
      word: refused
        ? { state: 'failed', final: true, code: '30005', class: 'address' }
        : { state: 'delivered', final: true, code: null, class: null },
    },
  ]
}

const addresses = (number: string) => [
  { channel: 'sms', value: number, kind: 'mobile', relation: 'self' },
  { channel: 'phone', value: number, kind: 'mobile', relation: 'self' },
  { channel: 'email', value: `somebody.${number}@example.com`, relation: 'self' },
]
const recipient = (id: string, number: string) =>
  overdueAccount({
    ladder: LADDER.id,
    recipient: {
      id,
      name: '张三',
      locale: 'zh-CN',
      jurisdiction: 'CN',
      timeZone: 'Asia/Shanghai',
      addresses: addresses(number),
    },
  })

/** One thing that was owed, ended, forbidden or lapsed, in the same words from either side. */
type Line = string
const line = (who: string, when: Instant, what: string): Line => `${who} ${formatInstant(when)} ${what}`
const owedAs = (
  m: {
    rung: string | null
    channel: string
    fallbackChannels: readonly string[]
    route: string
    dueAt: Instant
    expiresAt: Instant
  },
  follows: string | null,
) =>
  `owed ${m.rung} by ${m.channel} on ${m.route}, then ${m.fallbackChannels.join(' ')}, due ${formatInstant(m.dueAt)} until ${formatInstant(m.expiresAt)}${follows === null ? '' : ` instead of ${follows}`}`
const lapsedAs = (kind: string, reason: string, broken: Instant | null) =>
  `lapsed ${kind}: ${reason}${broken === null ? '' : `, broken as of ${formatInstant(broken)}`}`

function simulated(recipients: readonly SimulatedRecipient[]): Line[] {
  const lines: Line[] = []
  for (const one of recipients) {
    simulateRecipient(
      one,
      {
        creditors: CONFIG.creditors,
        routes: CONFIG.routes,
        packs: policyOf(CONFIG),
        words: simulatedRenderer(CONFIG.templates, CONFIG.locales),
        ladderOf: () => LADDER,
        sameWordsWithin: CONFIG.delivery.sameWordsWithin,
        carries: (reminder, row, creditor) => carriedWords(CONFIG, reminder, row, creditor, ['text']),
        receipts: (channel, attempt) => receipts(channel, attempt.reminderId),
        paysAt: () => null,
      },
      { from: at(FROM), to: at(FROM) + DAYS * DAY },
      (event) => {
        const said = (what: string) => lines.push(line(one.name, event.at, what))
        if (event.kind === 'owed') said(owedAs(event.reminder, event.follows?.channel ?? null))
        else if (event.kind === 'lapsed')
          said(lapsedAs(event.hold, event.lapse.endReason, event.lapse.event?.at ?? null))
        else if (event.kind === 'decided')
          said(
            `decided ${event.reminder.rung} ${event.reminder.channel} ${event.decision.verdict} ${event.decision.reasons.map(({ rule }) => rule).join(' ')}`,
          )
        else if (event.kind === 'ended')
          said(`ended ${event.reminder.rung} ${event.reminder.channel} ${event.as} ${event.reason}`)
      },
    )
  }
  return lines.sort()
}

async function lived(): Promise<{ real: Line[]; foreseen: Line[] }> {
  const fresh = await openEmbeddedFresh()
  const stage: Stage = await Stage.set(fresh, FROM, {
    config: CONFIG,
    overrides: {
      providers: (route) =>
        captureProvider(route.channel, { seed: 1 }, async (captured) => {
          const name = (await reminderName(stage.app.runtime.ledger.db, captured.request.attempt.reminderId)) ?? ''
          await storeCaptured(stage.app.runtime, { ...captured, receipts: receipts(route.channel, name) })
        }),
      gates: unlimitedRateGate,
    },
  })
  try {
    const { db } = fresh.ledger
    const { services } = stage.app
    // Somebody asks for a reminder an hour before the ladder would send one.
    await stage.account('asked', recipient('asked', '13800138001'))
    await services.createReminder(
      LENDER,
      null,
      reminderBody.parse({ accountId: 'asked', template: 'cn-consumer-loan', tone: 'gentle', channels: ['sms'] }),
    )
    await stage.settle()
    await stage.account('plain', recipient('plain', '13800138002'))
    await stage.account('refused', recipient('refused', '13800138003'))
    await stage.account('promised', recipient('promised', '13800138004'))
    await services.addEvent(
      LENDER,
      'promised',
      eventBody.parse({ id: 'e-1', type: 'promise', occurredAt: FROM, date: '2026-11-24' }),
    )
    await stage.account('held', recipient('held', '13800138005'))
    await services.addHold(LENDER, holdBody.parse({ accountId: 'held', until: '2026-11-24T05:00:00Z' }))
    const known = (await stage.reminders()).map(({ id }) => id)
    const recipients: SimulatedRecipient[] = []
    for await (const chunk of (await ledgerPortfolio(stage.app.runtime, null)).chunks())
      if (chunk.kind === 'recipients') recipients.push(...chunk.recipients)
    const decidedBefore = (await db.selectFrom('decorum.decision').select(['reminder_id', 'no']).execute()).map(
      (d) => `${d.reminder_id} ${d.no}`,
    )

    for (let now = at(FROM); now < at(FROM) + DAYS * DAY;) {
      await stage.until(formatInstant(now))
      const { planner, sweeper } = await nextWork(db)
      now = Math.max(now + 1, Math.min(planner?.getTime() ?? Infinity, sweeper?.getTime() ?? Infinity))
    }
    const names = new Map(
      (await db.selectFrom('decorum.recipient').select(['id', 'external_id']).execute()).map((r) => [
        r.id,
        r.external_id,
      ]),
    )
    const who = (recipientId: string): string => names.get(recipientId) ?? '?'
    const reminders = await stage.reminders()
    const byId = new Map(reminders.map((m) => [m.id, m]))
    const decisions = await db.selectFrom('decorum.decision').selectAll().execute()
    const holds = await db.selectFrom('decorum.hold').selectAll().where('ended_at', 'is not', null).execute()
    const broken = await db
      .selectFrom('decorum.event')
      .selectAll()
      .where('external_id', 'like', 'promise-broken:%')
      .execute()
    const real = [
      ...reminders
        .filter(({ id }) => !known.includes(id))
        .map((m) =>
          line(
            who(m.recipient_id),
            m.created_at.getTime(),
            owedAs(
              {
                rung: m.rung,
                channel: m.channel,
                fallbackChannels: m.fallback_channels,
                route: m.route,
                dueAt: m.due_at.getTime(),
                expiresAt: m.expires_at.getTime(),
              },
              m.follows === null ? null : (byId.get(m.follows)?.channel ?? '?'),
            ),
          ),
        ),
      ...holds.map((h) =>
        line(
          who(h.recipient_id),
          (h.ended_at as Date).getTime(),
          lapsedAs(
            h.kind,
            h.end_reason as string,
            h.kind === 'promise'
              ? (broken.find((e) => e.external_id === `promise-broken:${h.id}`)?.effective_at?.getTime() ?? null)
              : null,
          ),
        ),
      ),
      ...decisions
        .filter((d) => !decidedBefore.includes(`${d.reminder_id} ${d.no}`))
        .map((d) => {
          const { rung, channel, recipient_id } = byId.get(d.reminder_id) as (typeof reminders)[number]
          return line(
            who(recipient_id),
            d.at.getTime(),
            `decided ${rung} ${channel} ${d.verdict} ${(d.reasons as { rule: string }[]).map(({ rule }) => rule).join(' ')}`,
          )
        }),
      ...reminders
        .filter((m) => ['refused', 'expired', 'cancelled', 'failed'].includes(m.status))
        .map((m) =>
          line(
            who(m.recipient_id),
            (m.updated_at as Date).getTime(),
            `ended ${m.rung} ${m.channel} ${m.status} ${m.end_reason}`,
          ),
        ),
    ]
    return { real: real.sort(), foreseen: simulated(recipients) }
  } finally {
    await stage.app.stop()
    await fresh.dispose()
  }
}

describe('a simulation from the ledger, and what then happens', () => {
  let real: Line[]
  let foreseen: Line[]
  beforeAll(async () => {
    ;({ real, foreseen } = await lived())
  }, 300_000)

  it('owe the same reminders, follow up the same failures, and close the same holds, at the same instants', () => {
    expect(foreseen).toEqual(real)
  })

  it.each([
    [
      'a step on the first of its channels, with the others standing by',
      /^plain .* owed day1 by sms on sms-main, then phone email, /,
    ],
    [
      'the next channel after a carrier’s refusal',
      /^refused .* owed day1 by phone on phone-main, then email, .* instead of sms$/,
    ],
    [
      'the one after it, where the number is the same that was refused',
      /^refused .* owed day1 by email on email-shili, then , .* instead of phone$/,
    ],
    [
      'a promise that was not kept, as of the end of its day',
      /^promised 2026-11-24T16:00:00Z lapsed promise: promise not kept, broken as of 2026-11-24T16:00:00Z$/,
    ],
    ['the ladder’s step for it', /^promised .* owed broken by sms /],
    ['a hold whose term is over', /^held 2026-11-24T05:00:00Z lapsed manual: its term ended$/],
    ['a step that repeats a reminder asked for directly', /^asked .* decided day1 sms refuse decorum\/same-words/],
    ['a step that repeats the words of the one before', /^plain .* decided day2 sms refuse decorum\/same-words/],
  ])('have among them: %s', (_what, pattern) => {
    expect(real.filter((one) => pattern.test(one))).toHaveLength(1)
  })
})
