import { setMaxListeners } from 'node:events'
import { setTimeout as pause } from 'node:timers/promises'
import { parse as parseYaml } from 'yaml'
import type pg from 'pg'
import { actsOf, peopleFor } from './acts.ts'
import { Api } from './api.ts'
import { strike } from './blows.ts'
import { newDiary } from './diary.ts'
import { openDoubleRinger } from './double-ringer.ts'
import { packsOf } from './judge/decisions.ts'
import { readLedger, type Evidence } from './judge/evidence.ts'
import { IRREVOCABLE } from './judge/charges.ts'
import { judge, onlyThese } from './judge/verdict.ts'
import { Load } from './load.ts'
import { watchMailboxes } from './mailboxes.ts'
import { statusOf } from '../support/reminder-status.ts'
import type { ChaosOptions } from './options.ts'
import { recipientsOf } from './people.ts'
import { cohortsOf, packOf } from './policy.ts'
import { Random } from './random.ts'
import type { Report } from './report.ts'
import { openRoot } from './root.ts'
import { scheduleOf } from './schedule.ts'
import { Switches } from './switches.ts'
import { KEY, openStage, type ChaosStage } from './stage.ts'
import { watchWorkers, type WorkersSeen } from './workers-seen.ts'

/** How long whatever was asked last may still be asked again. */
const PATIENCE_MS = 15_000
/** A route that rests after failures wakes within half a minute; backoffs are no hindrance. */
const RECOVERY_MS = 180_000
/** Between the end of the preparations and the load. */
const AHEAD_MS = 12_000

/**
 * One run: starts everything, lets it work under blows, heals it, lets it recover, and judges.
 *
 * Whatever happens, every process and directory of the run is gone when it returns.
 *
 * @param stopped  aborted: give up at once and clean up
 * @param tell     is told how the run goes on
 * @throws NotInstalled
 */
export async function runChaos(
  options: ChaosOptions,
  stopped: AbortSignal,
  tell: (line: string) => void,
): Promise<Report> {
  const undo: (() => unknown)[] = []
  // Every blow and every act that waits listens.
  setMaxListeners(0, stopped)
  try {
    return await play(options, stopped, tell, (step) => undo.unshift(step))
  } finally {
    // Newest first, one after the other: processes before the servers that they talk to.
    for (const step of undo)
      await Promise.resolve(step()).catch((error: Error) => tell(`cleaning up: ${error.message}`))
  }
}

async function play(
  options: ChaosOptions,
  stopped: AbortSignal,
  tell: (line: string) => void,
  cleanUp: (undo: () => unknown) => void,
): Promise<Report> {
  const random = new Random(options.seed)
  const { seconds, rate, faults } = options
  const preparing = Date.now()
  const cohorts = cohortsOf(preparing + AHEAD_MS, seconds)
  const people = recipientsOf(random.stream('people'), peopleFor(seconds, rate), cohorts)
  const acts = actsOf(random.stream('acts'), seconds, rate, people, options.channels, faults.has('race'))
  const root = openRoot(cohorts, options.channels)
  cleanUp(() => root.remove())
  const stage = await openStage(options, root.root, cleanUp)
  stopped.throwIfAborted()
  await fetch(`${stage.twilio.url}/_listeners`, {
    method: 'POST',
    body: JSON.stringify(Object.fromEntries(people.map((p) => [p.number, p.listener]))),
  })
  tell(
    `${stage.processes.length} processes are up after ${Math.round((Date.now() - preparing) / 1000)} s; ${people.length} people, ${acts.length} acts in ${seconds} s`,
  )

  const diary = newDiary()
  const patience = new AbortController()
  const workers = watchWorkers(stage.db)
  cleanUp(() => workers.stop())
  const mailboxes = watchMailboxes(stage.providers.smtp)
  cleanUp(() => mailboxes.stop())
  const api = new Api(stage.api, KEY, patience.signal)
  const load = new Load(api, diary, { twilio: stage.twilio, unsubscribeLink: (email) => mailboxes.linkOf(email) })
  const ringer = faults.has('race') ? openDoubleRinger(stage.redisUrl, stage.db) : null
  cleanUp(() => ringer?.stop())
  if (faults.has('provider'))
    await Promise.all([
      stage.providers.twilio.storm(options.storm / 100),
      stage.providers.smtp.storm(options.storm / 100),
    ])
  const blows = scheduleOf(random, seconds, faults, stage.processes)
  const packs = packsOf(parseYaml(packOf(cohorts)))
  const ended = new AbortController()
  const over = AbortSignal.any([stopped, ended.signal])
  setMaxListeners(0, over)
  const switches = new Switches(api, diary)
  const striking = strike(blows, { ...stage, switches }, over)
  const playing = load.play(acts, over)
  cleanUp(async () => {
    ended.abort()
    patience.abort()
    await Promise.allSettled([striking, playing])
  })
  if (options.break !== null) {
    // A broken guard is shown by the first offence; what would come after it shows nothing more.
    return untilRed(seconds + PATIENCE_MS / 1000, stopped, async () => {
      const evidence = await evidenceOf(stage, workers, {
        diary,
        people,
        struck: [],
        healedAt: Number.POSITIVE_INFINITY,
      })
      return { options, evidence, recoveryMs: 0, verdict: judge(evidence, packs) }
    })
  }
  // Heard at the end; a failure before that must not end the harness with everything running.
  for (const work of [striking, playing]) work.catch(() => undefined)
  await pause(seconds * 1000, undefined, { signal: stopped }).catch(() => undefined)

  const struck = await striking
  await Promise.all([stage.providers.twilio.storm(0), stage.providers.smtp.storm(0)])
  await ringer?.stop()
  await switches.liftAll()
  const healedAt = Date.now()
  tell(`${struck.length} blows were struck; everything is healed`)
  await Promise.race([playing, pause(PATIENCE_MS, undefined, { signal: stopped }).catch(() => undefined)])
  patience.abort()
  await playing
  stopped.throwIfAborted()
  const recoveryMs = await recovered(stage.db, RECOVERY_MS, stopped)
  tell(`settled ${Math.round(recoveryMs / 1000)} s after the last answer`)

  const evidence = await evidenceOf(stage, workers, { diary, people, struck, healedAt })
  return { options, evidence, recoveryMs, verdict: judge(evidence, packs) }
}

async function evidenceOf(
  stage: ChaosStage,
  workers: WorkersSeen,
  seen: Pick<Evidence, 'diary' | 'people' | 'struck' | 'healedAt'>,
): Promise<Evidence> {
  // The ledger first: what reaches a provider after that is in its books and not yet in the ledger, and nothing should.
  const ledger = await readLedger(stage.db, () => workers.look())
  const takenAt = Date.now()
  const [twilio, smtp] = await Promise.all([stage.providers.twilio.books(), stage.providers.smtp.books()])
  return {
    ...seen,
    ledger,
    takenAt,
    lives: stage.fleet.lives.map((life) => ({ ...life })),
    entries: [...twilio.entries, ...smtp.entries],
    mischief: [...twilio.mischief, ...smtp.mischief],
  }
}

/** Judges every second until an offence stands that nothing can undo, and no longer than `seconds`. */
async function untilRed(seconds: number, stopped: AbortSignal, look: () => Promise<Report>): Promise<Report> {
  for (const end = Date.now() + seconds * 1000; ;) {
    await pause(1_000, undefined, { signal: stopped })
    const report = await look()
    const charges = report.verdict.charges.filter((charge) => IRREVOCABLE.has(charge.name))
    if (charges.length > 0 || Date.now() > end) return { ...report, verdict: onlyThese(report.verdict, charges) }
  }
}

/** Waits until nothing is due or under way any more, twice in a row; answers how long that took. */
async function recovered(db: pg.Pool, atMostMs: number, stopped: AbortSignal): Promise<number> {
  const begun = Date.now()
  for (let quiet = 0; quiet < 2 && Date.now() - begun < atMostMs && !stopped.aborted;) {
    const { rows } = await db
      .query<{ open: number }>(
        `
      SELECT count(*)::int AS open FROM decorum.reminder r LEFT JOIN decorum.waiting w ON w.reminder_id = r.id
      WHERE r.status = 'scheduled'
        AND (${statusOf('r')} IN ('queued', 'sending') OR w.next_at <= clock_timestamp() + interval '1 second')`,
      )
      .catch(() => ({ rows: [{ open: 1 }] }))
    quiet = rows[0]?.open === 0 ? quiet + 1 : 0
    await pause(500, undefined, { signal: stopped }).catch(() => undefined)
  }
  return Date.now() - begun
}
