import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse as parseYaml } from 'yaml'
import { z } from 'zod'
import { accountLine } from '../intake/account-body.ts'
import {
  contactBody,
  eventLine,
  type EventLine,
  reminderBody,
  suppressionBody,
  TASK_OUTCOMES,
  taskCompletion,
  type TaskCompletion,
} from '../intake/bodies.ts'
import { readAccountRow, readHeader } from '../intake/csv.ts'
import { instant, timeOfDay } from '../intake/fields.ts'
import type { Creditor } from '../model/creditor.ts'
import { DecorumError, type Fault } from '../model/errors.ts'
import { zodFaults } from '../model/faults.ts'
import { servesSchema } from '../model/route.ts'
import { addDays, DAY, daysBetween, type Instant, isLocalDate, type LocalDate } from '../model/time.ts'
import { acceptAccounts } from '../pipeline/accept/accept-accounts.ts'
import type { Actor, Runtime } from '../pipeline/runtime.ts'
import { bookDate, bookInstant } from '../plan/book-time.ts'
import type { TaskView } from '../report/views/recipients.ts'
import type { Services } from '../services/services.ts'

const DAY_IN_TEXT = /\b20\d\d-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])(?!\d)/g

/**
 * The same text with every calendar day in it shifted.
 *
 * The demonstration's files are written for one first day; with another, all dates move by the same number of days. Times of
 * day and offsets stay.
 *
 * @param days  whole days, negative for an earlier beginning
 */
const shiftDays = (text: string, days: number): string =>
  days === 0 ? text : text.replaceAll(DAY_IN_TEXT, (day) => addDays(day, days))

const FOLDER = 'config/demo'
const SCENARIO = `${FOLDER}/scenario.yaml`
const PORTFOLIO = `${FOLDER}/portfolio.csv`

const stated = z.record(z.string(), z.unknown())
/** Parsed by the schemas of the HTTP interface, once instant and id are filled in. */
const happening = z
  .strictObject({
    at: instant,
    event: stated.optional(),
    account: stated.optional(),
    stop: suppressionBody.optional(),
    reminder: reminderBody.optional(),
    task: stated.optional(),
    contact: stated.optional(),
  })
  .refine(
    ({ at: _at, ...what }) => Object.values(what).filter((part) => part !== undefined).length === 1,
    'is not exactly one of event, account, stop, reminder, task, contact',
  )

const scenarioFile = z.strictObject({
  writtenFor: z.string().refine(isLocalDate, 'is not a calendar day'),
  coreFile: z.strictObject({ time: timeOfDay, leavesOut: z.array(z.string()) }),
  routes: z.record(z.string(), z.strictObject({ serves: servesSchema })).default({}),
  people: z.strictObject({
    time: timeOfDay,
    creditors: z.array(z.string()),
    outcomes: z.array(z.enum(TASK_OUTCOMES)).min(1),
  }),
  timelines: z.array(z.strictObject({ account: z.string(), title: z.string() })),
  happenings: z.array(happening),
})
type ScenarioFile = z.output<typeof scenarioFile>

const taskDone = z.strictObject({ accountId: z.string(), completion: taskCompletion })

/** One outside event, ready for the services. */
type Happening = { at: Instant } & (
  | { kind: 'event'; body: EventLine }
  | { kind: 'account'; body: z.output<typeof accountLine> }
  | { kind: 'stop'; body: z.output<typeof suppressionBody> }
  | { kind: 'reminder'; key: string; body: z.output<typeof reminderBody> }
  | { kind: 'task'; body: z.output<typeof taskDone> }
  | { kind: 'contact'; body: z.output<typeof contactBody> }
)

/** A portfolio and the events of its days. */
export interface Scenario {
  /** CSV as `accounts import` takes it. */
  portfolio: string
  coreFile: ScenarioFile['coreFile']
  /** Creditors whose agents complete open tasks each day, and the outcomes in rotation. */
  people: ScenarioFile['people']
  routes: ScenarioFile['routes']
  timelines: ScenarioFile['timelines']
  /** Oldest first. */
  happenings: Happening[]
}

/**
 * Reads `config/demo` with every date shifted to this first day.
 *
 * @throws DECORUM_CONFIG with each mistake in the scenario
 */
export function readScenario(root: string, firstDay: LocalDate): Scenario {
  const text = readFileSync(join(root, SCENARIO), 'utf8')
  const shift = daysBetween(String((parseYaml(text) as { writtenFor?: unknown } | null)?.writtenFor), firstDay)
  const file = checked(scenarioFile, parseYaml(shiftDays(text, shift)), '')
  return {
    portfolio: shiftDays(readFileSync(join(root, PORTFOLIO), 'utf8'), shift),
    coreFile: file.coreFile,
    people: file.people,
    routes: file.routes,
    timelines: file.timelines,
    happenings: file.happenings.map(readHappening).sort((a, b) => a.at - b.at),
  }
}

function readHappening({ at, ...what }: z.output<typeof happening>, index: number): Happening {
  const id = `demo-${index + 1}`
  const when = new Date(at).toISOString()
  const path = `happenings[${index}]`
  if (what.event !== undefined)
    return {
      at,
      kind: 'event',
      body: checked(eventLine, { id, occurredAt: when, ...what.event }, `${path}.event`) as EventLine,
    }
  if (what.account !== undefined)
    return { at, kind: 'account', body: checked(accountLine, { asOf: when, ...what.account }, `${path}.account`) }
  if (what.contact !== undefined)
    return { at, kind: 'contact', body: checked(contactBody, { id, at: when, ...what.contact }, `${path}.contact`) }
  if (what.task !== undefined) {
    const { accountId, ...completion } = what.task
    return { at, kind: 'task', body: checked(taskDone, { accountId, completion }, `${path}.task`) }
  }
  if (what.stop !== undefined) return { at, kind: 'stop', body: what.stop }
  return { at, kind: 'reminder', key: id, body: what.reminder as z.output<typeof reminderBody> }
}

function checked<S extends z.ZodType>(schema: S, value: unknown, path: string): z.output<S> {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  throw new DecorumError('DECORUM_CONFIG', `${SCENARIO} has mistakes`, {
    faults: zodFaults(result.error, schema).map((fault) => ({
      ...fault,
      path: [path, fault.path].filter((p) => p !== '').join('.'),
    })),
  })
}

/** Reports one event through the services, as the HTTP interface does. */
export async function play(services: Services, actor: Actor, happening: Happening): Promise<void> {
  switch (happening.kind) {
    case 'event': {
      const { accountId, ...body } = happening.body
      await services.addEvent(actor, accountId, body)
      return
    }
    case 'account': {
      const { id, ...body } = happening.body
      await services.putAccount(actor, id, body)
      return
    }
    case 'stop':
      await services.addSuppression(actor, happening.body)
      return
    case 'reminder':
      await services.createReminder(actor, happening.key, happening.body)
      return
    case 'contact':
      await services.addContact(actor, happening.body)
      return
    case 'task': {
      const { accountId, completion } = happening.body
      const open = await services.listTasks(actor, { accountId, status: 'open', limit: 1 })
      const [task] = open.items
      // With another first day the step may not exist, or not be allowed now; then there is nothing to report.
      if (task?.decision?.verdict === 'send') await services.completeTask(actor, task.id, completion)
    }
  }
}

/** A daily routine of a creditor, at this instant. */
export interface Round {
  at: Instant
  creditor: string
}

/** When is it this time of day in each creditor's book zone, from `from` until before `to`? Oldest first. */
export function dailyRounds(creditors: Iterable<Creditor>, time: string, from: Instant, to: Instant): Round[] {
  const rounds: Round[] = []
  for (const { id, bookZone } of creditors) {
    for (let date = bookDate(from - DAY, bookZone); ; date = addDays(date, 1)) {
      const at = bookInstant(date, time, bookZone)
      if (at >= to) break
      if (at >= from) rounds.push({ at, creditor: id })
    }
  }
  return rounds.sort((a, b) => a.at - b.at || (a.creditor < b.creditor ? -1 : 1))
}

/**
 * Imports the daily file: every account as of now, figures unchanged.
 *
 * Payments came as events, so the file only renews the age of the balances.
 */
export async function sendCoreFile(
  services: Services,
  actor: Actor,
  file: Round,
  accounts: readonly PortfolioAccount[],
): Promise<void> {
  const asOf = new Date(file.at).toISOString()
  const lines = accounts
    .filter(({ creditor }) => creditor === file.creditor)
    .map(({ id }) => JSON.stringify({ id, creditor: file.creditor, asOf }))
  if (lines.length === 0) return
  const totals = await services.importAccounts(actor, oneChunk(lines.join('\n')), () => {})
  if (totals.rejected > 0)
    throw new RangeError(`${totals.rejected} lines of the core file of ${file.creditor} were rejected`)
}

async function* oneChunk(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text)
}

/**
 * Completes a creditor's open tasks with the outcomes in rotation; hand-offs wait for a decision.
 *
 * Agents call only where the task's decision allows it now.
 */
export async function completeOpenTasks(
  services: Services,
  actor: Actor,
  round: Round,
  nextOutcome: () => TaskCompletion['outcome'],
): Promise<void> {
  const open = await services.listTasks(actor, { creditor: round.creditor, status: 'open', limit: 500 })
  const steps = open.items.filter(
    (task) => task.kind === 'step' && Date.parse(task.dueAt) <= round.at && mayBeCalled(task),
  )
  // By account: ids differ between runs, and the same run has to give the same outcomes.
  steps.sort((a, b) => (a.dueAt + a.accountIds.join() < b.dueAt + b.accountIds.join() ? -1 : 1))
  for (const { id } of steps) {
    // The first call may have used up the recipient's cap.
    const task = await services.getTask(actor, id)
    if (task === null || !mayBeCalled(task)) continue
    await services.completeTask(actor, id, { outcome: nextOutcome(), channel: 'phone' })
  }
}

const mayBeCalled = ({ decision }: Pick<TaskView, 'decision'>): boolean =>
  decision?.verdict === 'send' && decision.channel === 'phone'

interface PortfolioAccount {
  creditor: string
  id: string
}

/**
 * Registers every line of the portfolio, as `accounts import` does.
 *
 * @returns  the accounts, in the order of the file
 * @throws   DECORUM_BAD_INPUT with the faults of a line
 */
export async function importPortfolio(runtime: Runtime, actor: Actor, csv: string): Promise<PortfolioAccount[]> {
  const [header = '', ...lines] = csv.split(/\r?\n/).filter((line) => line !== '')
  const columns = readHeader(header)
  if (!columns.ok) throw wrong(columns.faults)
  const puts = lines.map((line, i) => {
    const row = readAccountRow(line, columns.value)
    if (!row.ok) throw wrong(row.faults.map((fault) => ({ ...fault, path: `line ${i + 2} ${fault.path}` })))
    const { id, ...body } = row.value
    return { id, body }
  })
  const results = await acceptAccounts(runtime, actor, puts)
  return results.map((result) => {
    if (!result.ok) throw result.error
    return { creditor: result.answer.creditor, id: result.answer.id }
  })
}

const wrong = (faults: readonly Fault[]): DecorumError =>
  new DecorumError('DECORUM_BAD_INPUT', 'the portfolio of the demonstration has mistakes', { faults })
