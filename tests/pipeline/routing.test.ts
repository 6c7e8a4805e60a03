import { beforeAll, describe, expect, it } from 'vitest'
import { accountBody } from '../../src/intake/account-body.ts'
import { reminderBody } from '../../src/intake/bodies.ts'
import { creditorSchema } from '../../src/model/creditor.ts'
import { routeSchema } from '../../src/model/route.ts'
import { acceptAccount } from '../../src/pipeline/accept/accept-accounts.ts'
import { acceptReminder } from '../../src/pipeline/accept/accept-reminder.ts'
import { planDue } from '../../src/pipeline/plan-due.ts'
import { chooseCarrier, fallBack, NO_ROUTE, routeCriteria } from '../../src/pipeline/routing.ts'
import type { Actor, Runtime } from '../../src/pipeline/runtime.ts'
import { newId } from '../../src/record/id.ts'
import type { Ledger } from '../../src/record/ledger.ts'
import { eachLedger } from '../support/ledger.ts'
import { accepting } from './accepting-shell.ts'

const route = (id: string, jurisdictions?: string[]) =>
  routeSchema.parse({
    id,
    channel: 'sms',
    provider: 'capture',
    from: 'test',
    rate: { perSecond: 10 },
    ...(jurisdictions === undefined ? {} : { serves: { jurisdictions } }),
  })

const creditors = (jurisdiction?: string) =>
  new Map([
    [
      'acme',
      creditorSchema.parse({
        id: 'acme',
        bookZone: 'UTC',
        freshFor: '36h',
        defaults: jurisdiction === undefined ? {} : { jurisdiction },
        words: { name: 'acme', helpLine: '95000' },
      }),
    ],
  ])

const ACCOUNT = { product: 'loan', role: 'original-creditor' } as const

describe('which route carries a message', () => {
  const ROUTES = [route('china', ['CN']), route('new-york', ['US-NY']), route('states', ['US'])]

  it.each([
    { stated: 'CN', usual: undefined, carries: 'china' },
    { stated: 'US-NY', usual: undefined, carries: 'new-york' },
    { stated: 'US-CA', usual: undefined, carries: 'states' },
    { stated: 'US', usual: undefined, carries: 'states' },
    // The creditor's default stands in for what is not stated, and only for that.
    { stated: null, usual: 'CN', carries: 'china' },
    { stated: null, usual: 'US-NY', carries: 'new-york' },
    { stated: 'US-CA', usual: 'CN', carries: 'states' },
    { stated: 'DE', usual: 'CN', carries: NO_ROUTE },
    { stated: null, usual: undefined, carries: NO_ROUTE },
  ])('stated $stated, by default $usual: $carries', ({ stated, usual, carries }) => {
    const wish = routeCriteria({ creditors: creditors(usual) }, { creditor: 'acme', jurisdiction: stated }, ACCOUNT)
    expect(chooseCarrier(ROUTES, wish, ['sms'])?.route).toBe(carries)
  })

  it('a route without jurisdictions serves whoever is where nobody knows', () => {
    const wish = routeCriteria({ creditors: creditors() }, { creditor: 'acme', jurisdiction: null }, ACCOUNT)
    expect(chooseCarrier([...ROUTES, route('anywhere')], wish, ['sms'])?.route).toBe('anywhere')
  })
})

eachLedger('a recipient whose place is not stated', (_name, openFresh) => {
  let ledger: Ledger
  let runtime: Runtime
  let actor: Actor
  beforeAll(async () => {
    ;({ ledger } = await openFresh())
    ;({ runtime, actor } = accepting(ledger))
  })

  it("has the route of the creditor's default, for planned, direct and follow-up reminders alike", async () => {
    const id = newId()
    await acceptAccount(
      runtime,
      actor,
      id,
      accountBody.parse({
        asOf: '2026-11-22T16:00:00Z',
        overdue: { amount: '1250.00', currency: 'CNY' },
        dueDate: '2026-11-21',
        recipient: {
          id: `r-${id}`,
          addresses: [
            { channel: 'sms', value: '+8613800138000', kind: 'mobile' },
            { channel: 'phone', value: '+8613800138000', kind: 'mobile' },
          ],
        },
      }),
    )
    while ((await planDue(runtime)).recipients > 0);
    const { id: direct } = await acceptReminder(
      runtime,
      actor,
      null,
      reminderBody.parse({ accountId: id, template: 'overdue', tone: 'gentle', channels: ['sms', 'phone'] }),
    )
    await ledger.db.transaction().execute((trx) => fallBack(runtime, trx, direct, 'suppressed', runtime.clock.now()))
    const reminders = await ledger.db
      .selectFrom('decorum.reminder')
      .select(['origin', 'route', 'follows'])
      .orderBy('origin')
      .orderBy('follows', (order) => order.asc().nullsFirst())
      .execute()
    expect(reminders).toEqual([
      { origin: 'direct', route: 'sms-main', follows: null },
      { origin: 'direct', route: 'phone-main', follows: direct },
      { origin: 'ladder', route: 'sms-main', follows: null },
    ])
  })
})
