import { appendFileSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CHANNELS, type Channel } from '../../src/model/vocabulary.ts'
import { ROOT } from '../support/stage.ts'
import { packOf, type Cohort } from './policy.ts'

/** Short enough that doubts arise and are swept within a run, long enough for a busy machine. */
export const LIMITS = { leaseSeconds: 16, callSeconds: 6, ringAgainSeconds: 3 } as const

const ladder = (id: string, dpd: number, stage: string, channels: readonly Channel[]) => `id: ${id}
version: "1"
bookTime: "00:00"
template: default
rungs:
  - { id: step, at: { dpd: ${dpd} }, stage: ${stage}, tone: gentle, channels: [${channels.join(', ')}] }
`

/** Accounts put on the ladder `chaos-step` are this many days past due: its one step falls due at once. */
export const STEP_DAYS_PAST_DUE = 5
export const STEP_LADDER = 'chaos-step'
/** A ladder that never speaks. */
export const QUIET_LADDER = 'chaos-quiet'

/** What is asked for directly goes out in so many wordings, so that caps and spacings keep one back and not only that it was said already. */
const WORDINGS = 16
export const wordingOf = (serial: number): string => `chaos-${serial % WORDINGS}`

/** The shipped default, told apart by its last line. */
function writeWordings(templates: string): void {
  for (let n = 0; n < WORDINGS; n++) {
    const folder = join(templates, wordingOf(n))
    cpSync(join(templates, 'default'), folder, { recursive: true })
    const meta = join(folder, 'template.yaml')
    writeFileSync(meta, readFileSync(meta, 'utf8').replace(/^id: .*$/m, `id: ${wordingOf(n)}`))
    for (const channel of CHANNELS) appendFileSync(join(folder, `en/1-gentle.${channel}.hbs`), `Notice ${n}.\n`)
  }
}

/** A configuration of the run's own: the shipped words and creditors, the run's rules and limits. Remove it when done. */
export function openRoot(cohorts: readonly Cohort[], channels: readonly Channel[]): { root: string; remove(): void } {
  const root = mkdtempSync(join(tmpdir(), 'decorum-chaos-root-'))
  cpSync(join(ROOT, 'templates'), join(root, 'templates'), { recursive: true })
  writeWordings(join(root, 'templates'))
  for (const folder of ['creditors', 'ladders'])
    cpSync(join(ROOT, 'config', folder), join(root, 'config', folder), { recursive: true })
  mkdirSync(join(root, 'config/policies'), { recursive: true })
  writeFileSync(join(root, 'config/policies/chaos.yaml'), packOf(cohorts))
  writeFileSync(
    join(root, `config/ladders/${STEP_LADDER}.yaml`),
    ladder(STEP_LADDER, STEP_DAYS_PAST_DUE, 'M1', channels),
  )
  writeFileSync(join(root, `config/ladders/${QUIET_LADDER}.yaml`), ladder(QUIET_LADDER, 3000, 'M3+', channels))
  const limits = Object.entries(LIMITS)
    .map(([name, value]) => `  ${name}: ${value}\n`)
    .join('')
  const yaml = readFileSync(join(ROOT, 'config/decorum.yaml'), 'utf8')
    .replace(/^limits:\n/m, `limits:\n${limits}`)
    .replace(/requestsPerMinute: \d+/, 'requestsPerMinute: 1000000')
    .replace(/poolSize: \d+/, 'poolSize: 8')
    // Callbacks that are lost leave calls without an end for two hours, each on a line of its own.
    .replace(
      'perSecond: ${TWILIO_CALLS_PER_SECOND:-1}, simultaneousCalls: 20',
      'perSecond: 20, simultaneousCalls: 5000',
    )
  if (!yaml.includes('simultaneousCalls: 5000') || !yaml.includes(limits))
    throw new Error('config/decorum.yaml was rewritten, and what a run changes in it must follow')
  writeFileSync(join(root, 'config/decorum.yaml'), yaml)
  return { root, remove: () => rmSync(root, { recursive: true, force: true }) }
}
