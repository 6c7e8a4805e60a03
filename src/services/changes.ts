import type { AccessLog } from '../pipeline/access-log.ts'
import type { Actor, Runtime } from '../pipeline/runtime.ts'
import type { AccessSubject } from '../record/access.ts'
import type { CommandService } from './commands.ts'
import type { DoubtService } from './doubts.ts'
import type { KeyService } from './keys.ts'
import type { PermitService } from './permits.ts'
import type { SwitchService } from './switches.ts'

/** Every operation by which somebody changes something. */
type Changing = CommandService &
  Pick<KeyService, 'createKey' | 'revokeKey'> &
  Pick<SwitchService, 'setSwitch' | 'liftSwitch'> &
  Pick<DoubtService, 'resolveDoubt'> &
  Pick<PermitService, 'askPermit' | 'settlePermit'>

/** What a change was about: something of a person, or only a name of it. */
type About = { about: AccessSubject } | { subject: string }

// oxlint-disable-next-line typescript/no-explicit-any
type Operation = (actor: Actor, ...rest: any[]) => Promise<any>
type Describe<M> = M extends (actor: Actor, ...rest: infer Rest) => Promise<infer Answer>
  ? (answer: Answer, ...rest: Rest) => About
  : never

const own = (kind: 'hold' | 'suppression' | 'task' | 'reminder' | 'permit', id: string): About => ({
  about: { kind, id },
})
const upstream = (kind: 'account' | 'recipient', creditor: string | null, id: string): About => ({
  about: { kind, creditor, id },
})

/** What each change is about, from its answer and what was asked. An import is one entry, whatever its lines. */
const CHANGES: { readonly [Name in keyof Changing]: Describe<Changing[Name]> } = {
  putAccount: ({ creditor }, id) => upstream('account', creditor, id),
  putRecipient: ({ creditor }, id) => upstream('recipient', creditor, id),
  addEvent: ({ creditor }, accountId) => upstream('account', creditor, accountId),
  importAccounts: ({ lines }) => ({ subject: `lines:${lines}` }),
  importAccountFile: ({ lines }) => ({ subject: `lines:${lines}` }),
  importEvents: ({ lines }) => ({ subject: `lines:${lines}` }),
  createReminder: ({ id }) => own('reminder', id),
  cancelReminder: ({ id }) => own('reminder', id),
  addContact: ({ creditor }, { recipientId }) => upstream('recipient', creditor, recipientId),
  addSuppression: ({ id }) => own('suppression', id),
  liftSuppression: ({ id }) => own('suppression', id),
  addHold: ({ id }) => own('hold', id),
  endHold: ({ id }) => own('hold', id),
  completeTask: (_answer, id) => own('task', id),
  askPermit: ({ permitId }, _key, { creditor, recipientId }) =>
    permitId === null ? upstream('recipient', creditor ?? null, recipientId) : own('permit', permitId),
  settlePermit: ({ id }) => own('permit', id),
  createKey: ({ key }) => ({ subject: `key:${key.id}` }),
  revokeKey: (_answer, id) => ({ subject: `key:${id}` }),
  setSwitch: ({ id }) => ({ subject: `switch:${id}` }),
  liftSwitch: ({ id }) => ({ subject: `switch:${id}` }),
  resolveDoubt: (_answer, reminderId) => own('reminder', reminderId),
}

/**
 * The same services, which note in the access log who changed what, once it is done.
 *
 * What was changed says so itself, in the transaction of the change (`created_by`, `lifted_by`…); the log finds it by person and by actor.
 */
export function notingChanges<S extends Changing>(
  services: S,
  { clock }: Pick<Runtime, 'clock'>,
  access: AccessLog,
): S {
  const noting = Object.entries(CHANGES).map(([name, describe]) => {
    const operation = services[name as keyof Changing] as Operation
    return [
      name,
      async (actor: Actor, ...rest: unknown[]): Promise<unknown> => {
        const answer: unknown = await operation(actor, ...rest)
        const about = (describe as (...args: unknown[]) => About)(answer, ...rest)
        access.change({
          at: new Date(clock.now()),
          actor: actor.name,
          action: name,
          creditor: actor.creditor,
          live: actor.live,
          ...about,
        })
        return answer
      },
    ]
  })
  return { ...services, ...(Object.fromEntries(noting) as Changing) }
}
