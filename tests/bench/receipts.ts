import type { AttemptKey } from '../../src/deliver/provider.ts'
import { applyReceipt, type ReceivedReceipt } from '../../src/pipeline/receipts.ts'
import type { Reserved } from '../../src/pipeline/dispatch/dispatch-context.ts'
import { reserve } from '../../src/pipeline/dispatch/reserve.ts'
import { settle } from '../../src/pipeline/dispatch/settle-stream.ts'
import { settlementOf } from '../../src/pipeline/dispatch/settlement.ts'
import { planDue } from '../../src/pipeline/plan-due.ts'
import type { Runtime } from '../../src/pipeline/runtime.ts'
import type { Figure, Section, Setting } from './bench.ts'
import { MODE_NAMES, modesOf, type Mode } from './decorum-place.ts'
import { openInProcess } from './in-process.ts'
import { watchServers } from './server-usage.ts'
import { benchDesk, claimTickets } from './tickets.ts'

/** As many as one process of the API has connections. */
const AT_ONCE = 10
/** What Twilio reports of a message that arrives. */
const WORDS = [
  { state: 'sent', final: false },
  { state: 'delivered', final: true },
] as const
const MESSAGES: Readonly<Record<Mode, number>> = { embedded: 400, postgres: 2_000, 'redis+postgres': 0 }

/** How many of a provider's receipts a second can one process of the API take in? */
export async function receiptsBench(setting: Setting): Promise<Section> {
  const figures: Figure[] = []
  for (const mode of modesOf(setting).filter((m) => m !== 'redis+postgres')) figures.push(await figureOf(setting, mode))
  return {
    bench: 'receipts',
    configuration: `"sent" and "delivered" of each message, ${AT_ONCE} receipts at once, as the service takes them once their signatures are checked; one message a person`,
    figures,
    leftOut: setting.postgresUrl === null ? ['PostgreSQL'] : [],
  }
}

async function figureOf(setting: Setting, mode: Mode): Promise<Figure> {
  setting.progress(`receipts, ${MODE_NAMES[mode]}`)
  const runs = setting.quick ? 2 : 4
  const messages = Math.round((MESSAGES[mode] * (setting.quick ? 0.4 : 1)) / 50) * 50
  const { app, place, take, close } = await openInProcess(mode, setting)
  const servers = await watchServers(place.databaseUrl, null)
  const figure: Figure = { name: MODE_NAMES[mode], unit: 'receipts/s', values: [] }
  let [own, server] = [0, 0]
  try {
    await take(0, messages * runs)
    while ((await planDue(app.runtime)).recipients > 0);
    for (let run = 0; run < runs; run++) {
      const receipts = receiptsOf(await sent(app.runtime, messages))
      const before = [process.cpuUsage(), servers[0]?.usage()] as const
      const began = performance.now()
      await Promise.all(
        Array.from({ length: AT_ONCE }, async () => {
          for (let receipt = receipts.pop(); receipt !== undefined; receipt = receipts.pop())
            await applyReceipt(app.runtime, receipt)
        }),
      )
      const seconds = (performance.now() - began) / 1_000
      figure.values.push((messages * WORDS.length) / seconds)
      // The first run compiles.
      if (run === 0) continue
      const { user, system } = process.cpuUsage(before[0])
      own += user + system
      server += (servers[0]?.usage().cpuMicros ?? 0) - (before[1]?.cpuMicros ?? 0)
    }
    const each = (micros: number): string => `${Math.round(micros / ((runs - 1) * messages * WORDS.length))} µs`
    figure.note = `processor time each ${mode === 'embedded' ? `${each(own)}` : `process ${each(own)}, PostgreSQL ${each(server)}`}`
    return figure
  } finally {
    await close()
  }
}

/** Messages that the provider has taken, settled as such. */
async function sent(runtime: Runtime, count: number): Promise<AttemptKey[]> {
  const context = benchDesk(runtime)
  const attempts: (AttemptKey & Pick<Reserved, 'reservedAt'>)[] = []
  for (const ticket of await claimTickets(runtime, context.route.id, 50, count))
    attempts.push(
      ...(await reserve(runtime, context, ticket)).reserved.map(({ attempt, reservedAt }) => ({
        ...attempt,
        reservedAt,
      })),
    )
  if (attempts.length !== count) throw new Error(`of ${count} reminders ${attempts.length} were reserved`)
  const ends = attempts.map((attempt) =>
    settlementOf(
      attempt,
      'sms',
      { kind: 'accepted', reference: `SM${attempt.reminderId}`, status: 'queued' },
      0,
      runtime.clock.now(),
      0,
    ),
  )
  for (let from = 0; from < ends.length; from += 50) await settle(runtime, ends.slice(from, from + 50))
  return attempts
}

/** In the order in which they are taken from the end: all "sent" first. */
export const receiptsOf = (attempts: readonly AttemptKey[]): ReceivedReceipt[] =>
  WORDS.flatMap(({ state, final }) =>
    attempts.map((attempt) => ({
      ...attempt,
      word: { state, final, code: null, class: null },
      dedupe: state,
      saidAt: null,
    })),
  ).reverse()
