import { accessLog } from '../pipeline/access-log.ts'
import type { PermitRules } from '../pipeline/permits.ts'
import type { Runtime } from '../pipeline/runtime.ts'
import { accountService, type AccountService } from './accounts.ts'
import type { Callbacks } from './callbacks/callbacks.ts'
import { twilioInboundCallback, twilioReceiptCallbacks, twilioVoiceCallback } from './callbacks/twilio.ts'
import { unsubscribeCallbacks } from './callbacks/unsubscribe.ts'
import { commandService, type CommandService } from './commands.ts'
import { keyService, type KeyService } from './keys.ts'
import { keyRotationService, type KeyRotationService } from './key-rotation.ts'
import { listService, type ListService } from './lists.ts'
import {
  auditService,
  type AuditService,
  forecastService,
  type ForecastService,
  retentionService,
  type RetentionService,
} from './reports.ts'
import { notingChanges } from './changes.ts'
import { peopleService, type PeopleService } from './people.ts'
import { doubtService, type DoubtService } from './doubts.ts'
import { metricsService, type MetricsService } from './metrics.ts'
import { permitService, type PermitService } from './permits.ts'
import { switchService, type SwitchService } from './switches.ts'
import { recipientService, type RecipientService } from './recipients.ts'
import { reminderService, type ReminderService } from './reminders.ts'

/** Everything that the HTTP interface and the command line may ask of Decorum. */
export interface Services
  extends
    CommandService,
    AccountService,
    ReminderService,
    RecipientService,
    ListService,
    KeyService,
    KeyRotationService,
    MetricsService,
    PermitService,
    SwitchService,
    DoubtService,
    AuditService,
    ForecastService,
    RetentionService,
    PeopleService {
  callbacks: Callbacks
  /** Resolves when the access log holds everything noted so far: call it before the ledger is closed. */
  settled(): Promise<void>
}

/** @param rules  judge contacts that are reported, asked for or worked on */
export function services(runtime: Runtime, rules: PermitRules): Services {
  const access = accessLog(runtime)
  const reading = {
    ...accountService(runtime),
    ...reminderService(runtime, access),
    ...recipientService(runtime, access),
    ...listService(runtime, rules, access),
  }
  const all: Services = {
    ...commandService(runtime, rules),
    ...reading,
    ...peopleService(runtime, rules, access, reading),
    ...keyService(runtime),
    ...keyRotationService(runtime),
    ...metricsService(runtime, rules),
    ...permitService(runtime, rules),
    ...switchService(runtime),
    ...doubtService(runtime),
    ...auditService(runtime),
    ...forecastService(runtime, rules),
    ...retentionService(runtime, rules),
    callbacks: {
      ...twilioReceiptCallbacks(runtime),
      ...twilioVoiceCallback(runtime),
      ...twilioInboundCallback(runtime),
      ...unsubscribeCallbacks(runtime),
    },
    settled: access.settled,
  }
  return notingChanges(all, runtime, access)
}
