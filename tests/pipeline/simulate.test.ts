import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Config } from '../../src/config/config.ts'
import { captureProvider, planReceipts } from '../../src/deliver/capture.ts'
import type { Provider } from '../../src/deliver/provider.ts'
import { unlimitedRateGate } from '../../src/demo/stepping.ts'
import { importPortfolio } from '../../src/demo/scenario.ts'
import { readAccountRow, readHeader } from '../../src/intake/csv.ts'
import { DAY, formatInstant, type Instant } from '../../src/model/time.ts'
import type { Channel } from '../../src/model/vocabulary.ts'
import { carriedWords } from '../../src/pipeline/dispatch/words.ts'
import { storeCaptured } from '../../src/pipeline/personal-data.ts'
import { ledgerPortfolio } from '../../src/pipeline/simulate/portfolio.ts'
import { recipientsFromAccounts, type PortfolioLine } from '../../src/pipeline/simulate/recipients-from-accounts.ts'
import { simulateRecipient } from '../../src/pipeline/simulate/simulate-recipient.ts'
import type { SimulatedRecipient } from '../../src/pipeline/simulate/simulated-recipient.ts'
import { simulatedRenderer } from '../../src/pipeline/simulate/simulated-words.ts'
import type { SimulationRules } from '../../src/pipeline/simulate/simulation-rules.ts'
import { nextWork, reminderName } from '../../src/record/demo.ts'
import { parseKeyRing } from '../../src/record/vault/key-ring.ts'
import { openVault } from '../../src/record/vault/vault.ts'
import { policyOf } from '../../src/services/packs-in-force.ts'
import { openEmbeddedFresh, openServerFresh } from '../support/ledger.ts'
import { postgresUrl } from '../support/servers.ts'
import { at, ROOT, shippedConfig, Stage } from '../support/stage.ts'
import { masterKey } from '../support/master-key.ts'

const SEED = 7
const FROM = '2026-11-23T00:00:00Z'
const DAYS = 9

/** One line in the life of a person: a decision, a step left out or given to a person. */
type Line = string

const CONFIG: Config = (() => {
  const config = shippedConfig()
  // The file of this portfolio comes once; balances that grow stale are another test's matter.
  return {
    ...config,
    creditors: new Map([...config.creditors].map(([id, creditor]) => [id, { ...creditor, freshFor: 400 * DAY }])),
  }
})()

const FILE = readFileSync(resolve(ROOT, 'config/demo/portfolio.csv'), 'utf8')
  .split(/\r?\n/)
  .filter((line) => line !== '')
/** Every second line: all four creditors, several accounts of one person, people without an address. */
const CSV = [FILE[0] as string, ...FILE.slice(1).filter((_, i) => i % 2 === 0)]

function recipients(): SimulatedRecipient[] {
  const columns = readHeader(CSV[0] as string)
  if (!columns.ok) throw new TypeError(JSON.stringify(columns.faults))
  const lines = CSV.slice(1).map((text, i): PortfolioLine => {
    const row = readAccountRow(text, columns.value)
    if (!row.ok) throw new TypeError(JSON.stringify(row.faults))
    return { line: i + 2, account: row.value }
  })
  const vault = openVault(parseKeyRing(masterKey('k1')))
  const read = recipientsFromAccounts(lines, { config: CONFIG, vault, creditor: null, now: at(FROM) })
  expect(read.refused).toEqual([])
  return read.recipients
}

const RULES: SimulationRules = {
  creditors: CONFIG.creditors,
  routes: CONFIG.routes,
  packs: policyOf(CONFIG),
  words: simulatedRenderer(CONFIG.templates, CONFIG.locales),
  sameWordsWithin: CONFIG.delivery.sameWordsWithin,
  carries: (reminder, recipient, creditor) => carriedWords(CONFIG, reminder, recipient, creditor, ['text']),
  ladderOf: (account) => {
    const pinned = CONFIG.ladders.get(account.ladder)
    if (pinned === undefined) throw new RangeError(account.ladder)
    return pinned.ladder
  },
  receipts: (channel, attempt) => planReceipts(channel, attempt, SEED),
  paysAt: () => null,
}

const line = (recipient: string, when: Instant, what: string): Line => `${recipient} ${formatInstant(when)} ${what}`

function simulated(recipients: readonly SimulatedRecipient[]): Line[] {
  const lines: Line[] = []
  for (const recipient of recipients) {
    simulateRecipient(recipient, RULES, { from: at(FROM), to: at(FROM) + DAYS * DAY }, (event) => {
      const said = (what: string) => lines.push(line(`${recipient.row.creditor}/${recipient.name}`, event.at, what))
      if (event.kind === 'decided') {
        const { reminder, decision } = event
        said(
          `${reminder.rung} ${reminder.channel} ${reminder.tone} ${decision.verdict} ${decision.reasons.map((r) => r.rule).join(' ')}`,
        )
      } else if (event.kind === 'left-out') said(`${event.rung} left out: ${event.reason}`)
      else if (event.kind === 'step-for-person') said(`${event.rung} for a person`)
      else if (event.kind === 'hand-off-proposed') said('hand-off for a person')
    })
  }
  return lines.sort()
}

/** Invents receipts by the reminder's name, and the same for each try: on a busy machine a slot may be missed and taken again. */
const capture = (channel: Channel, stage: () => Stage): Provider =>
  captureProvider(channel, { seed: SEED }, async (captured) => {
    const { runtime } = stage().app
    const name = (await reminderName(runtime.ledger.db, captured.request.attempt.reminderId)) ?? ''
    await storeCaptured(runtime, {
      ...captured,
      receipts: planReceipts(channel, { reminderId: name, attemptNo: 1 }, SEED),
    })
  })

/** What happens, and what a simulation of the ledger foresees on the first day. */
async function lived(): Promise<[Line[], Line[]]> {
  const fresh = await (postgresUrl === null ? openEmbeddedFresh() : openServerFresh())
  const { db } = fresh.ledger
  const stage: Stage = await Stage.set(fresh, FROM, {
    config: CONFIG,
    overrides: {
      providers: (route) => capture(route.channel, () => stage),
      gates: unlimitedRateGate,
    },
  })
  try {
    await importPortfolio(stage.app.runtime, { name: 'test', creditor: null, live: true }, CSV.join('\n'))
    const foreseen: SimulatedRecipient[] = []
    for await (const chunk of (await ledgerPortfolio(stage.app.runtime, null)).chunks())
      if (chunk.kind === 'recipients') foreseen.push(...chunk.recipients)
    const end = at(FROM) + DAYS * DAY
    for (let now = at(FROM); now < end;) {
      await stage.until(formatInstant(now))
      const { planner, sweeper } = await nextWork(db)
      now = Math.max(now + 1, Math.min(planner?.getTime() ?? Infinity, sweeper?.getTime() ?? Infinity))
    }
    const decisions = await db
      .selectFrom('decorum.decision as d')
      .innerJoin('decorum.reminder as m', 'm.id', 'd.reminder_id')
      .innerJoin('decorum.recipient as p', 'p.id', 'm.recipient_id')
      // A permission that missed its slot was never used, and the reminder was decided again.
      .leftJoin('decorum.attempt as t', (join) =>
        join.onRef('t.reminder_id', '=', 'd.reminder_id').onRef('t.no', '=', 'd.attempt_no'),
      )
      .where((where) => where.or([where('t.status', 'is', null), where('t.status', '<>', 'not_sent')]))
      .select(['p.creditor', 'p.external_id', 'm.rung', 'm.channel', 'm.tone', 'd.verdict', 'd.reasons', 'd.at'])
      .execute()
    const left = await db
      .selectFrom('decorum.rung_record as g')
      .innerJoin('decorum.account as a', 'a.id', 'g.account_id')
      .innerJoin('decorum.recipient as p', 'p.id', 'a.recipient_id')
      .where('g.state', '=', 'skipped')
      .select(['p.creditor', 'p.external_id', 'g.rung', 'g.reason', 'g.at'])
      .execute()
    const tasks = await db
      .selectFrom('decorum.task as t')
      .innerJoin('decorum.recipient as p', 'p.id', 't.recipient_id')
      .select(['p.creditor', 'p.external_id', 't.rung', 't.created_at'])
      .execute()
    return [
      [
        ...decisions.map((d) =>
          line(
            `${d.creditor}/${d.external_id}`,
            d.at.getTime(),
            `${d.rung} ${d.channel} ${d.tone} ${d.verdict} ${(d.reasons as { rule: string }[]).map((r) => r.rule).join(' ')}`,
          ),
        ),
        ...left.map((g) => line(`${g.creditor}/${g.external_id}`, g.at.getTime(), `${g.rung} left out: ${g.reason}`)),
        ...tasks.map((t) => line(`${t.creditor}/${t.external_id}`, t.created_at.getTime(), `${t.rung} for a person`)),
      ].sort(),
      simulated(foreseen),
    ]
  } finally {
    await stage.app.stop()
    await fresh.dispose()
  }
}

describe('a simulation and the real pipeline, over the same portfolio for the same days', () => {
  let real: Line[]
  let foreseen: Line[]
  let fromLedger: Line[]
  beforeAll(async () => {
    foreseen = simulated(recipients())
    ;[real, fromLedger] = await lived()
  }, 300_000)

  it('decide the same for every person, in the same order, with the same rules named', () => {
    expect(foreseen).toEqual(real)
  })

  it('foresee the same from the ledger as from the file', () => {
    expect(fromLedger).toEqual(real)
  })

  it('have something to say: sends, deferrals, refusals, steps left out and steps for people', () => {
    for (const what of [/ send $/, / defer /, / refuse /, / left out: /, / for a person$/])
      expect(real.filter((l) => what.test(l)).length, String(what)).toBeGreaterThan(0)
  })

  it('cover all three channels', () => {
    for (const channel of ['sms', 'phone', 'email'])
      expect(real.some((l) => l.includes(` ${channel} `) && l.endsWith(' send '))).toBe(true)
  })
})
