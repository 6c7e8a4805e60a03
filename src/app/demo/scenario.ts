import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse as parseYaml } from 'yaml'
import { z } from 'zod'
import { accountLine } from '../../intake/account-body.ts'
import { contactBody } from '../../intake/contact-body.ts'
import { eventLine, type EventLine } from '../../intake/event-body.ts'
import { reminderBody } from '../../intake/reminder-body.ts'
import { suppressionBody } from '../../intake/suppression-body.ts'
import { TASK_OUTCOMES, taskCompletion } from '../../intake/task-body.ts'
import { instant, timeOfDay } from '../../intake/time-fields.ts'
import { DecorumError } from '../../model/errors.ts'
import type { Instant } from '../../model/instant.ts'
import { daysBetween, isLocalDate, type LocalDate } from '../../model/local-date.ts'
import { servesSchema } from '../../model/route.ts'
import { zodFaults } from '../../model/zod-faults.ts'
import { shiftDays } from './shift-days.ts'

const FOLDER = 'config/demo'
const SCENARIO = `${FOLDER}/scenario.yaml`
const PORTFOLIO = `${FOLDER}/portfolio.csv`

const stated = z.record(z.string(), z.unknown())
/** Read as the HTTP interface reads them, once their instant and id are filled in. */
const happening = z.strictObject({
  at: instant,
  event: stated.optional(), account: stated.optional(), stop: suppressionBody.optional(), reminder: reminderBody.optional(),
  task: stated.optional(), contact: stated.optional(),
}).refine(({ at: _at, ...what }) => Object.values(what).filter((part) => part !== undefined).length === 1, 'is not exactly one of event, account, stop, reminder, task, contact')

const scenarioFile = z.strictObject({
  writtenFor: z.string().refine(isLocalDate, 'is not a calendar day'),
  coreFile: z.strictObject({ time: timeOfDay, leavesOut: z.array(z.string()) }),
  routes: z.record(z.string(), z.strictObject({ serves: servesSchema })).default({}),
  people: z.strictObject({ time: timeOfDay, creditors: z.array(z.string()), outcomes: z.array(z.enum(TASK_OUTCOMES)).min(1) }),
  timelines: z.array(z.strictObject({ account: z.string(), title: z.string() })),
  happenings: z.array(happening),
})
type ScenarioFile = z.output<typeof scenarioFile>

const taskDone = z.strictObject({ accountId: z.string(), completion: taskCompletion })

/** One thing that is reported from outside, ready for the services. */
export type Happening = { at: Instant } & (
  | { kind: 'event'; body: EventLine }
  | { kind: 'account'; body: z.output<typeof accountLine> }
  | { kind: 'stop'; body: z.output<typeof suppressionBody> }
  | { kind: 'reminder'; key: string; body: z.output<typeof reminderBody> }
  | { kind: 'task'; body: z.output<typeof taskDone> }
  | { kind: 'contact'; body: z.output<typeof contactBody> }
)

/** What the demonstration plays: a portfolio, and what happens to it. */
export interface Scenario {
  /** CSV as `accounts import` takes it. */
  portfolio: string
  coreFile: ScenarioFile['coreFile']
  /** Who works through their steps for people each day, and what comes of them, in turn. */
  people: ScenarioFile['people']
  routes: ScenarioFile['routes']
  timelines: ScenarioFile['timelines']
  /** Oldest first. */
  happenings: Happening[]
}

/**
 * Reads `config/demo` with every date moved to this first day.
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
  if (what.event !== undefined) return { at, kind: 'event', body: checked(eventLine, { id, occurredAt: when, ...what.event }, `${path}.event`) as EventLine }
  if (what.account !== undefined) return { at, kind: 'account', body: checked(accountLine, { asOf: when, ...what.account }, `${path}.account`) }
  if (what.contact !== undefined) return { at, kind: 'contact', body: checked(contactBody, { id, at: when, ...what.contact }, `${path}.contact`) }
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
    faults: zodFaults(result.error, schema).map((fault) => ({ ...fault, path: [path, fault.path].filter((p) => p !== '').join('.') })),
  })
}
