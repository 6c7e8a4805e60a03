import type { App } from '../app/app.ts'
import { countryOf, zonesOf } from '../model/places/jurisdiction.ts'
import { addDays, DAY, formatInstant, HOUR, type Instant, MINUTE } from '../model/time.ts'
import { type Channel, TONES } from '../model/vocabulary.ts'
import { wallClock } from '../model/zones/zone-data.ts'
import type { Actor } from '../pipeline/runtime.ts'
import { bookDate } from '../plan/book-time.ts'
import {
  brokenInvariants,
  type ContactByAgent,
  contactsByAgents,
  objectionsByRule,
  portfolioPlaces,
  type SentAttempt,
  sentAttempts,
} from '../record/demo.ts'
import type { Ledger } from '../record/ledger.ts'
import { localTime } from '../report/local-time.ts'
import { OBJECTION_WORDS } from '../report/words/terms-en.ts'
import type { TimelineEntry, Totals } from '../report/views/accounts.ts'
import type { Page } from '../report/views/page.ts'
import type { Services } from '../services/services.ts'
import type { Scenario } from './scenario.ts'
import type { DemoAccount, DemoDay, DemoPromise, DemoSample, DemoTimeline } from './text.ts'

/** Days are counted in the home market's zone. */
const ZONE = 'Asia/Shanghai'

/** Reads the result of a run from the ledger. */
export async function collectDemoReport(
  app: App,
  actor: Actor,
  scenario: Scenario,
  run: { from: Instant; to: Instant; seed: number },
): Promise<Omit<DemoAccount, 'effort' | 'keptIn'>> {
  const { services, runtime } = app
  const { db } = runtime.ledger
  const totals = await services.totals(actor, { from: run.from, to: run.to + DAY, zone: ZONE })
  const sent = await sentAttempts(db)
  const holds = await all((cursor) => services.listHolds(actor, { limit: 500, cursor }))
  const stops = await all((cursor) => services.listSuppressions(actor, { limit: 500, cursor }))
  const tasks = await all((cursor) => services.listTasks(actor, { limit: 500, cursor }))
  const timelines: DemoTimeline[] = []
  for (const { account, title } of scenario.timelines) {
    const timeline = await formatTimeline(services, actor, account, title, sent)
    if (timeline !== null) timelines.push(timeline)
  }
  const statuses = counted(totals.reminders, (r) => r.status).map(([status, count]) => ({ status, count }))
  return {
    from: formatInstant(run.from),
    to: formatInstant(run.to),
    zone: ZONE,
    seed: run.seed,
    portfolio: await portfolioPlaces(db),
    days: daysOf(totals, run),
    sent: totalsOf(sent),
    objections: (await objectionsByRule(db)).map((o) => ({ ...o, meaning: OBJECTION_WORDS[o.code] })),
    skipped: counted(totals.skipped, (s) => s.reason).map(([reason, count]) => ({ reason, count })),
    tasks: {
      count: tasks.length,
      handOffs: tasks.filter((t) => t.kind === 'hand-off').length,
      byStatus: counted(
        tasks.filter((t) => t.kind === 'step').map((t) => ({ ...t, count: 1 })),
        (t) => t.status,
      ).map(([status, count]) => ({ status, count })),
    },
    holds: counted(
      holds.map((h) => ({ ...h, count: 1 })),
      (h) => h.kind,
    ).map(([kind, count]) => ({
      kind,
      count,
      standing: holds.filter((h) => h.kind === kind && h.endedAt === null).length,
    })),
    stops: counted(
      stops.map((s) => ({ ...s, count: 1 })),
      (s) => `${s.reason} ${s.scope}`,
    ).map(([key, count]) => ({ reason: key.split(' ')[0] as string, scope: key.split(' ')[1] as string, count })),
    reminders: statuses,
    timelines,
    samples: await chooseSamples(services, actor, sent),
    promises: await checkPromises(
      runtime.ledger,
      sent,
      statuses.reduce((sum, s) => sum + s.count, 0),
    ),
  }
}

function daysOf(totals: Totals, { from, to }: { from: Instant; to: Instant }): DemoDay[] {
  const days: DemoDay[] = []
  for (let day = bookDate(from, ZONE); day <= bookDate(to, ZONE); day = addDays(day, 1)) {
    const on = <T extends { day: string; count: number }>(
      rows: readonly T[],
      which: (row: T) => boolean = () => true,
    ) => rows.filter((row) => row.day === day && which(row)).reduce((sum, row) => sum + row.count, 0)
    days.push({
      day,
      sent: totals.sent.filter((s) => s.day === day).map(({ channel, tone, count }) => ({ channel, tone, count })),
      deferred: on(totals.objected, (o) => o.verdict === 'defer'),
      refused: on(totals.objected, (o) => o.verdict === 'refuse'),
      tasks: on(totals.tasks, (t) => t.kind === 'step'),
      handOffs: on(totals.tasks, (t) => t.kind === 'hand-off'),
    })
  }
  return days
}

const totalsOf = (sent: readonly SentAttempt[]): DemoAccount['sent'] =>
  counted(
    sent.map((s) => ({ ...s, count: 1 })),
    (s) => `${s.channel} ${s.tone}`,
  ).map(([key, count]) => {
    const [channel, tone] = key.split(' ') as [
      DemoAccount['sent'][number]['channel'],
      DemoAccount['sent'][number]['tone'],
    ]
    return { channel, tone, count }
  })

/** Sums by key, the largest first; equal ones by name, so that two runs agree. */
function counted<T extends { count: number }, K extends string>(
  rows: readonly T[],
  keyOf: (row: T) => K,
): [K, number][] {
  const sums = new Map<K, number>()
  for (const row of rows) sums.set(keyOf(row), (sums.get(keyOf(row)) ?? 0) + row.count)
  return [...sums].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))
}

async function all<T>(read: (cursor: string | undefined) => Promise<Page<T>>): Promise<T[]> {
  const items: T[] = []
  for (let cursor: string | undefined; ;) {
    const page = await read(cursor)
    items.push(...page.items)
    if (page.next === null) return items
    cursor = page.next
  }
}

/** Languages of the samples; recipients at home are preferred. `FIRST` is the order of channels, rotated for each tone. */
const LANGUAGES = [
  { language: 'zh', atHome: (s: SentAttempt) => s.jurisdiction === 'CN' },
  { language: 'en', atHome: (s: SentAttempt) => s.jurisdiction !== 'CN' },
]
const FIRST: readonly Channel[] = ['sms', 'phone', 'email']

/** One message of each tone in each language, over different channels where possible. */
async function chooseSamples(services: Services, actor: Actor, sent: readonly SentAttempt[]): Promise<DemoSample[]> {
  const samples: DemoSample[] = []
  for (const { language, atHome } of LANGUAGES) {
    for (const [i, tone] of TONES.entries()) {
      const fitting = sent.filter((s) => s.tone === tone && s.locale.startsWith(language))
      const order = [...FIRST.slice(i % FIRST.length), ...FIRST.slice(0, i % FIRST.length)]
      const chosen = [fitting.filter(atHome), fitting]
        .flatMap((some) => order.map((channel) => some.find((s) => s.channel === channel)))
        .find((s) => s !== undefined)
      if (chosen !== undefined) samples.push(await sampleOf(services, actor, chosen))
    }
  }
  return samples
}

async function sampleOf(services: Services, actor: Actor, sent: SentAttempt): Promise<DemoSample> {
  const words = await services.attemptWords(actor, sent.reminderId, sent.no)
  const zone = sent.timeZone ?? 'UTC'
  return {
    tone: sent.tone,
    channel: sent.channel,
    locale: sent.locale,
    account: sent.accounts.join(', '),
    reminderId: sent.reminderId,
    at: sent.at.toISOString(),
    local: `${localTime(sent.at.getTime(), zone)} ${zone}`,
    parts: words?.state === 'kept' ? partsOf(messageIn(words.content)) : [],
  }
}

/** A captured message is stored with its address; one that was rendered again is the message alone. */
const messageIn = (content: unknown): Record<string, unknown> => {
  const known = content as { message?: Record<string, unknown> }
  return known.message ?? (content as Record<string, unknown>)
}

/** What the recipient would have read or heard; an email's HTML repeats its text. */
const PARTS = ['subject', 'text', 'preview', 'opening', 'body', 'voicemail'] as const

const partsOf = (message: Record<string, unknown>): DemoSample['parts'] =>
  PARTS.flatMap((part) => (typeof message[part] === 'string' ? [{ part, text: message[part] }] : []))

const PAGE = 500

/**
 * What happened with this account, in the recipient's local time? Null when there is no such account.
 *
 * @param sent  names the other accounts of a message about several
 */
async function formatTimeline(
  services: Services,
  actor: Actor,
  account: string,
  title: string,
  sent: readonly SentAttempt[],
): Promise<DemoTimeline | null> {
  const ref = { creditor: null, id: account }
  const view = await services.getAccount(actor, ref)
  if (view === null) return null
  const recipient = await services.getRecipient(actor, { creditor: view.creditor, id: view.recipientId })
  const zone = recipient?.timeZone ?? 'UTC'
  const entries: TimelineEntry[] = []
  for (let cursor: string | undefined; ;) {
    const page = await services.accountTimeline(actor, ref, { limit: PAGE, cursor })
    entries.push(...(page?.items ?? []))
    if (page === null || page.next === null) break
    cursor = page.next
  }
  const about = new Map(
    sent.filter((s) => s.accounts.length > 1).map((s) => [s.reminderId, ` It spoke of ${s.accounts.join(', ')}.`]),
  )
  const shown = withoutRepetition(
    entries.map((entry) =>
      entry.type === 'attempt' ? { ...entry, words: entry.words + (about.get(entry.id) ?? '') } : entry,
    ),
  )
  return {
    account,
    title,
    zone,
    entries: shown.map(({ at, words }) => ({
      at,
      local: localTime(Date.parse(at), zone),
      words: onClock(words, zone),
    })),
  }
}

/** Instants inside a sentence, in the same local time. */
const onClock = (words: string, zone: string): string =>
  words.replace(/\d{4}-\d{2}-\d{2}T[\d:.]+(?:Z|\+00:00)/g, (instant) => localTime(Date.parse(instant), zone))

/** Leaves out what the attempt repeats: its reminder and the decision to send. Skips of one instant become one entry. */
function withoutRepetition(entries: readonly TimelineEntry[]): { at: string; words: string }[] {
  const shown: { at: string; words: string; type: string }[] = []
  for (const { at, type, words, details } of entries) {
    if (type === 'reminder' || (type === 'decision' && details['verdict'] === 'send')) continue
    const last = shown.at(-1)
    if (type === 'step-skipped' && last?.type === type && last.at === at) last.words = `${last.words} ${words}`
    else shown.push({ at, words, type })
  }
  return shown
}

/** The widest contact hours that a shipped pack allows, minutes of the day: China until 22:00, elsewhere until 21:00. */
const CONTACT_HOURS = { from: 8 * 60, to: (country: string | null) => (country === 'CN' ? 22 : 21) * 60 }

/** The highest caps of the shipped packs: three connected calls a day in China, seven calls in seven days elsewhere. */
const CALLS = { aDay: 3, aWeek: 7, week: 7 * 24 * HOUR }

/**
 * Did the run keep Decorum's promises?
 *
 * Counted from the ledger without the code that decided: local hours from the zones of the recipient's record and number,
 * counts from the attempts. Calls of agents count like messages sent.
 */
export async function checkPromises(
  ledger: Ledger,
  sent: readonly SentAttempt[],
  waiting: number,
): Promise<DemoPromise[]> {
  const broken = await brokenInvariants(ledger.db)
  const all = [...sent, ...(await contactsByAgents(ledger.db))]
  const hours = localHours(all)
  const most = mostCalls(all)
  const none = (count: number, what: string) => (count === 0 ? 'none found' : `${count} ${what}`)
  return [
    {
      promise: 'Nobody was contacted outside decent hours, in any zone the borrower may be in',
      kept: hours.outside === 0,
      checked: all.length,
      found: `earliest ${clock(hours.earliest)}, latest ${clock(hours.latest)} by the borrowers' clocks; ${none(hours.outside, 'outside')}`,
    },
    {
      promise: 'No cap on calls was exceeded',
      kept: most.day <= CALLS.aDay && most.week <= CALLS.aWeek,
      checked: all.filter((s) => s.channel === 'phone').length,
      found: `at most ${most.day} in 24 hours and ${most.week} in seven days to one person`,
    },
    {
      promise: 'Nobody was contacted after a stop',
      kept: broken.afterStop === 0,
      checked: all.length,
      found: none(broken.afterStop, 'in spite of a stop'),
    },
    {
      promise: 'Nobody was contacted while on hold',
      kept: broken.whileOnHold === 0,
      checked: all.length,
      found: none(broken.whileOnHold, 'in spite of a hold'),
    },
    {
      promise: 'Nothing was sent twice',
      kept: broken.twice === 0,
      checked: sent.length,
      found: none(broken.twice, 'repeated'),
    },
    {
      promise: 'Every reminder has a decision with its reasons',
      kept: broken.undecided === 0,
      checked: waiting + sent.length,
      found: none(broken.undecided, 'without one'),
    },
    {
      promise: 'Nothing was left half done',
      kept: broken.leftOver === 0,
      checked: waiting + sent.length,
      found: none(broken.leftOver, 'neither waiting nor ended'),
    },
  ]
}

interface Hours {
  earliest: number
  latest: number
  outside: number
}

/** Minutes of the day, over all zones where each recipient may be. */
function localHours(contacts: readonly ContactByAgent[]): Hours {
  const hours: Hours = { earliest: Infinity, latest: -Infinity, outside: 0 }
  for (const contact of contacts) {
    const shown = zonesToCheck(contact).map((zone) => minuteOfDay(contact.at.getTime(), zone))
    hours.earliest = Math.min(hours.earliest, ...shown)
    hours.latest = Math.max(hours.latest, ...shown)
    const until = CONTACT_HOURS.to(contact.jurisdiction === null ? null : countryOf(contact.jurisdiction))
    if (shown.some((minute) => minute < CONTACT_HOURS.from || minute >= until)) hours.outside++
  }
  return hours
}

/** The zone that the creditor states; otherwise all zones of the jurisdiction and the number. */
function zonesToCheck({ timeZone, jurisdiction, evidence, addressZones }: ContactByAgent): string[] {
  if (timeZone !== null) return [timeZone, ...evidence.flatMap((e) => e.timeZone ?? [])]
  return [...new Set([...(jurisdiction === null ? [] : zonesOf(jurisdiction)), ...addressZones])]
}

/** The most calls to one recipient in any 24 hours and in any seven days, answered or not. */
function mostCalls(contacts: readonly ContactByAgent[]): { day: number; week: number } {
  const calls = new Map<string, Instant[]>()
  for (const { channel, creditor, recipient, at } of contacts) {
    const key = `${creditor} ${recipient}`
    if (channel === 'phone') calls.set(key, [...(calls.get(key) ?? []), at.getTime()])
  }
  let [day, week] = [0, 0]
  for (const times of calls.values()) {
    for (const at of times) {
      week = Math.max(week, within(times, at, CALLS.week))
      day = Math.max(day, within(times, at, 24 * HOUR))
    }
  }
  return { day, week }
}

const within = (times: readonly Instant[], from: Instant, span: number): number =>
  times.filter((at) => at >= from && at < from + span).length

function minuteOfDay(at: Instant, zone: string): number {
  const local = wallClock(at, zone)
  return Math.floor((local - Math.floor(local / DAY) * DAY) / MINUTE)
}

const clock = (minute: number): string =>
  Number.isFinite(minute)
    ? `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`
    : 'never'
