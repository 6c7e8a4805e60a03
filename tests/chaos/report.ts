import { CHARGES } from './judge/charges.ts'
import type { Evidence } from './judge/evidence.ts'
import { grouped } from './judge/grouped.ts'
import type { Verdict } from './judge/verdict.ts'
import type { ChaosOptions } from './options.ts'

/** A run that was judged. */
export interface Report {
  options: ChaosOptions
  evidence: Evidence
  recoveryMs: number
  verdict: Verdict
}

const OFFENDERS_SHOWN = 12

const counted = <T>(items: readonly T[], keyOf: (item: T) => string): Record<string, number> =>
  Object.fromEntries([...grouped(items, keyOf)].map(([key, some]) => [key, some.length]).sort())

/** The report as data: what was done, what came of it, and every offence by id. */
export function asJson({ options, evidence, recoveryMs, verdict }: Report): Record<string, unknown> {
  const { ledger } = evidence
  const total = ledger.reminders.length
  const per10k = (count: number): number => (total === 0 ? 0 : Math.round((count / total) * 1_000_000) / 100)
  return {
    ok: verdict.charges.length === 0,
    seconds: options.seconds,
    seed: options.seed,
    rate: options.rate,
    faults: [...options.faults],
    channels: options.channels,
    break: options.break,
    reminders: total,
    attempts: ledger.attempts.length,
    decisions: ledger.decisions.length,
    received: evidence.entries.length,
    receivedUnderFire: evidence.entries.filter((entry) => entry.at < evidence.healedAt).length,
    statuses: counted(ledger.reminders, (r) => r.status),
    struck: counted(evidence.struck, ({ blow }) => blow.kind),
    mischief: counted(evidence.mischief, (one) => one.kind),
    stops: counted(evidence.diary.stops, (stop) => stop.kind),
    counts: verdict.counts,
    per10k: Object.fromEntries(CHARGES.map((name) => [name, per10k(verdict.counts[name])])),
    inDoubt: {
      open: verdict.doubts.open.length,
      per10k: per10k(verdict.doubts.open.length),
      resolved: verdict.doubts.resolved,
    },
    raced: { count: verdict.raced.length, worstMs: Math.max(0, ...verdict.raced.map((one) => one.lateMs)) },
    recoveryMs,
    charges: verdict.charges,
    blows: evidence.struck.map(({ blow, from, until }) => ({
      ...blow,
      from: new Date(from).toISOString(),
      until: new Date(until).toISOString(),
    })),
  }
}

/** The report for a person at a terminal. */
export function asText(report: Report): string {
  const { evidence, verdict, options } = report
  const facts = asJson(report) as ReturnType<typeof asJson> & {
    receivedUnderFire: number
    per10k: Record<string, number>
    inDoubt: { open: number; per10k: number; resolved: number }
    raced: { count: number; worstMs: number }
  }
  const list = (what: unknown) =>
    Object.entries(what as Record<string, number>)
      .map(([name, count]) => `${name} ${count}`)
      .join(', ') || 'none'
  const lines = [
    `seed ${options.seed}, ${options.seconds} s${options.break === null ? '' : `, with the guard "${options.break}" broken`}`,
    `struck    ${list(facts.struck)}`,
    `mischief  ${list(facts.mischief)}`,
    `stops     ${list(facts.stops)}, agents' calls ${evidence.diary.agentCalls.length}, permits given ${evidence.diary.permits.length}, switches ${evidence.diary.switches.length}`,
    `reminders ${evidence.ledger.reminders.length}: ${list(facts.statuses)}`,
    `attempts  ${evidence.ledger.attempts.length}, of which providers took ${evidence.entries.length}, ${facts.receivedUnderFire} of them while blows fell`,
    '',
    'per 10,000 reminders',
    ...CHARGES.map(
      (name) => `  ${name.padEnd(28)}${String(facts.per10k[name]).padStart(8)}   (${verdict.counts[name]})`,
    ),
    `  ${'in doubt, all explained'.padEnd(28)}${String(facts.inDoubt.per10k).padStart(8)}   (${facts.inDoubt.open}; ${facts.inDoubt.resolved} more were resolved)`,
    `on their way when a stop was acknowledged: ${facts.raced.count}, the latest ${facts.raced.worstMs} ms after it`,
    ...CHARGES.flatMap((name) =>
      verdict.charges
        .filter((charge) => charge.name === name)
        .slice(0, OFFENDERS_SHOWN)
        .map(({ id, how }) => `  ${name}: ${id}: ${how}`),
    ),
    '',
    verdict.charges.length === 0 ? 'every promise was kept' : `${verdict.charges.length} offences`,
  ]
  return lines.join('\n')
}
