import type { CountWindow } from '../../model/pack-parts.ts'
import { TERMS_EN } from './terms-en.ts'
import type { Terms } from './terms.ts'

const many = (count: number, one: string, more = `${one}s`): string => `${count} ${count === 1 ? one : more}`
const ended = (text: string): string => (/[.!?]$/.test(text) ? text : `${text}.`)
const capital = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}`
const brackets = (text: string | null): string => (text === null || text === '' ? '' : ` (${text})`)
const after = (label: string, text: string | null): string =>
  text === null || text === '' ? '' : `, ${label === '' ? '' : `${label} `}${text}`

/** The sentences of explanations in English. Instants are passed as text already, in the recipient's local time. */
export const EN = {
  terms: TERMS_EN as Terms,
  list: (items: readonly string[]) => items.join(', '),
  join: (items: readonly string[]) => items.join('; '),
  clock: {
    order: 'weekday-first' as 'weekday-first' | 'date-first',
    at: (time: string, places: string) => `${time} in ${places}`,
    join: (clocks: readonly string[], utc: string) => `${clocks.join('; ')} (${utc})`,
    moreZones: (names: string, more: number) => `${names} and ${more} more zones`,
  },

  // A decision.
  send: (until: string | null) => (until === null ? 'It may be sent now.' : `It may be sent now, until ${until}.`),
  defer: (until: string) => `It waits until ${until}, the first moment at which no rule objects.`,
  refuse: () => 'It is not sent; nothing that is known says when it could be.',
  reason: (why: string, until: string | null, rule: string, citation: string, checked: boolean) =>
    `${capital(why)}${after('until', until)} (${rule}; ${citation}${checked ? '' : ', not verified'}).`,
  balanceFact: (asOf: string | null, bound: string) =>
    asOf === null
      ? `the age of the balance is not known, the bound is ${bound}`
      : `the balance is of ${asOf}, the bound is ${bound}`,
  duration: (ms: number) => (ms % 3_600_000 === 0 ? `${ms / 3_600_000} h` : `${Math.round(ms / 60_000)} min`),

  // What was considered.
  titles: {
    asked: 'What was asked',
    where: 'Where the person may be',
    packs: 'Packs that apply',
    leftOut: 'Packs of these places that do not apply',
    record: 'On record',
    consents: 'Consents on record',
    passed: (count: number) => `Asked, and let it pass (${many(count, 'rule')})`,
    silent: (why: string) => `Silent: ${why}`,
  },
  asked: (at: string, tone: string, kind: string, channel: string, mode: string | null) =>
    `a ${tone} ${kind} by ${channel}${after('', mode)}, at ${at}`,
  nowhere: 'not known',
  zone: (zone: string, clock: string, evidence: string) => `${zone}, ${clock}: ${evidence}`,
  evidence: (sign: string, what: string | null, at: string | null) =>
    `${sign}${what === null ? '' : ` ${what}`}${at === null ? '' : `, of ${at}`}`,
  onRecord: (n: {
    accounts: number
    contacts: number
    holds: number
    stops: number
    consents: number
    events: number | null
  }) =>
    `accounts ${n.accounts}, contacts ${n.contacts}, holds ${n.holds}, suppressions ${n.stops}, consents ${n.consents}, events ${n.events ?? 'not stated'}`,
  none: 'none',
  zoneData: (version: string) => `time zone data: ${version}`,
  consent: (kind: string, channel: string | null, from: string, until: string | null, state: string | null) =>
    `${kind}${channel === null ? '' : ` by ${channel}`}, from ${from}${after('until', until)}${state === null ? '' : `: ${state}`}`,
  notWeighed: 'no rule that was asked turns on it',
  source: (rule: string, citation: string, verified: string | null) => `${rule}: ${citation}${after('', verified)}`,
  standing: (version: string, verified: string | null, force: string) =>
    [version, verified, force].filter((part) => part !== null).join('; '),
  reading: (text: string) => `reading chosen: ${text}`,
  asksConsent: (kinds: string, isNeeded: boolean) =>
    `${isNeeded ? 'consent needed, one of' : 'consent that would lift it'}: ${kinds}`,
  orConsent: (kinds: string) => `or consent recorded for this very address: ${kinds}`,
  noConsent: 'none is on record',

  // What a rule judged by.
  window: (window: {
    type: string
    days?: number | undefined
    hours?: number | undefined
    startsOn?: number | undefined
  }): string => {
    switch (window.type as CountWindow['type']) {
      case 'calendar-day':
        return 'one local day'
      case 'rolling-days':
        return `${many(window.days ?? 0, 'local day')}, today the last of them`
      case 'rolling-hours':
        return many(window.hours ?? 0, 'hour')
      case 'calendar-week':
        return `one calendar week, from ${TERMS_EN.weekdays[(window.startsOn ?? 1) - 1] ?? ''}`
      case 'calendar-month':
        return 'one calendar month'
      case 'week':
        return '7 local days (the stricter reading of a week)'
    }
  },
  limit: (limit: number, unit: string, channels: string, window: string, key: string) =>
    `at most ${limit} in ${window}: ${unit} by ${channels}, for ${key}`,
  limitChannels: (limit: number, channels: string, window: string, key: string) =>
    `at most ${many(limit, 'channel')} of ${channels} in ${window}, for ${key}, this one included`,
  free: (count: number) => `the first ${count} that nobody answered do not count`,
  onlyMode: (mode: string) => `only contacts that are ${mode} count, or of which that is not known`,
  counted: (count: number, of: 'contacts' | 'channels', account: string | null) =>
    `${account === null ? '' : `account ${account}: `}${of === 'contacts' ? `${count} counted` : `${many(count, 'other channel')} used`}`,
  contact: (at: string, message: string, direction: string | null, outcome: string, by: string | null) =>
    `${at}: ${message}${after('', direction)}, ${outcome}${after('by', by)}`,
  more: (count: number) => `and ${count} more`,
  wait: (length: string, unit: string, channels: string, key: string) =>
    `${length} between, counting ${unit} by ${channels}, for ${key}`,
  minutes: (count: number) => many(count, 'minute'),
  days: (count: number) => many(count, 'local day'),
  afterConversation: 'nothing counts before the first conversation',
  withoutReplies: 'the same-day answer to the person’s own message does not count',
  nothingCounts: 'no contact is still within it',
  span: (days: string | null, from: string, to: string) => `${days ?? 'every day'} ${from}–${to}`,
  weekdays: (from: string, to: string) => `${from}–${to}`,
  allowed: (spans: string) => `allowed ${spans}`,
  banned: (spans: string) => `not ${spans}`,
  closedOn: (days: string) => `never on ${days}`,
  holidays: (calendar: string) => `holidays of ${calendar}`,
  stateIn: (zone: string, state: string, until: string | null) =>
    `${zone}: ${state}${until === null ? '' : ` until ${until}`}`,
  wants: (event: string) => `looks for: ${event}`,
  waits: (days: number, business: boolean) => `wait: ${many(days, business ? 'business day' : 'local day')}`,
  within: (days: number, business: boolean, deadline: string | null) =>
    `owed within ${many(days, business ? 'business day' : 'local day')}${deadline === null ? '' : `, due before ${deadline}`}`,
  lasts: (days: number) => `lasts ${many(days, 'local day')} where no end is recorded`,
  tail: (days: number) => `${many(days, 'local day')} more after its end`,
  since: (at: string) => `only what happened since the account fell due counts: from ${at}`,
  origin: (origin: string | null, accepted: string, freshDays: number | null) =>
    `the address came by: ${origin ?? 'not stated'}; accepted: ${accepted}${freshDays === null ? '' : `; to be confirmed within ${many(freshDays, 'local day')}`}`,
  confirmed: (by: string, at: string, until: string | null) =>
    `${by} at ${at}${until === null ? '' : `, good until ${until}`}`,
  unconfirmed: 'nothing on record confirms it',
  termSince: (at: string) => `its term began at ${at}`,
  dueFrom: (days: number) => `from ${days} days past due`,
  named: (word: string, more: string | null) => `${word}${brackets(more)}`,
  found: (what: string) => `on record: ${what}`,
  happened: (event: string, kind: string | null, at: string) => `${event}${brackets(kind)} at ${at}`,
  hold: (kind: string, whole: boolean, channel: string | null, until: string | null) =>
    `${kind}, ${channel !== null ? `everything by ${channel}` : whole ? 'the whole person' : 'one account'}${after('until', until)}`,
  stop: (reason: string, scope: 'address' | 'channel' | 'all', channel: string | null, until: string | null) =>
    `${reason}, ${scope === 'address' ? 'one address' : scope === 'channel' ? `everything by ${channel ?? 'that channel'}` : 'everything to this person'}${after('until', until)}`,
  missing: (blocks: string) => `the words lack: ${blocks}`,
  tooMuch: (blocks: string) => `the words must not say: ${blocks}`,
  saysAll: 'the words say what they must and nothing that they must not',
  account: (id: string | null, state: string) => `account${id === null ? '' : ` ${id}`}: ${state}`,
  deadline: (at: string) => `its deadline is ${at}`,
  relation: (relation: string | null, lets: string) =>
    `the address is of: ${relation ?? 'not stated'}; let in: ${lets}`,
  original: (text: string) => text,

  // A reminder.
  reminder: {
    head: (id: string, message: string, tone: string, kind: string, from: string) =>
      `Reminder ${id}: ${message}, ${tone}, ${kind}, ${from}`,
    direct: 'asked for directly',
    step: (rung: string, ladder: string, version: string, lead: string | null) =>
      `step ${rung} of ladder ${ladder} (version ${version})${lead === null ? '' : `, the step of account ${lead}, which leads because it is the most days past due`}`,
    ownerQuery: (creditor: string, recipient: string, accounts: readonly string[]) =>
      `creditor ${creditor}, recipient ${recipient}, ${accounts.length === 1 ? 'account' : 'accounts'} ${accounts.join(', ')}`,
    due: (at: string) => `due ${at}`,
    notAfter: (at: string) => `not after ${at}`,
    follows: (id: string) => `follows reminder ${id}, whose channel failed`,
    testKey: 'registered with a test key: never reaches a provider',
    knew: 'What the last decision knew',
    decided: 'What was decided',
    tried: 'What was tried',
    nothingYet: 'nothing yet',
    noCall: 'nothing; no provider was called',
    asked: 'What each rule was asked, at the last decision',
    missing: (packs: string) =>
      `not loaded any more: ${packs}. What their rules were asked cannot be told again; their objections stand above as recorded`,
    otherwise: 'Asked again now, the rules do not come to what was recorded; the record above is what counts',
    erased: 'The facts were erased with the person; what the rules were asked cannot be told again',
    again: (repeats: number, last: string) => `; the same came out ${repeats} times, last at ${last}`,
    send: (until: string | null) =>
      until === null ? 'send; no rule objects' : `send; no rule objects before ${until}`,
    wait: (until: string | null) => (until === null ? 'wait' : `wait until ${until}`),
    notNow: 'not now, and nothing known says when: it is asked again when facts change, until its deadline',
    never: 'do not send',
    because: (why: string, until: string | null) => `because ${why}${after('until', until)}`,
    rule: (rule: string, pack: string, version: string, citation: string, checked: boolean, code: string) =>
      `  rule ${rule} (${pack} ${version})${citation === '' ? '' : `, ${citation}${checked ? '' : ' (citation not verified)'}`} [${code}]`,
    packs: (packs: string | null, zoneData: string | null) =>
      `rules asked: ${packs ?? 'none'}${zoneData === null ? '' : `; time zone data ${zoneData}`}`,
    inTheWay: (reminder: string) => `reminder ${reminder} stands in the way`,
    attempt: (no: number, at: string, route: string, provider: string, status: string, why: string) =>
      `attempt ${no} at ${at}: through route ${route} (${provider}), ${status}${brackets(why)}`,
    template: (template: string, version: string, locale: string, hash: string) =>
      `template ${template}, version ${version}, in ${locale}; message hash ${hash}`,
    reference: (reference: string) => `the provider calls it ${reference}`,
    settledBy: (by: string) => `was in doubt; settled by ${by}`,
    receipt: (says: string, code: string | null, at: string, changed: boolean) =>
      `the provider says that ${says}${brackets(code)}, heard at ${at}${changed ? '' : '; it changed nothing'}`,
    inShort: (words: string) => `In short: ${words}`,
    becauseOf: (why: string, rule: string) => ` because ${why} (${rule})`,
    scheduled: (because: string, at: string, decided: boolean) =>
      decided ? `it waits${because}; it is decided again at ${at}.` : `it waits to be decided at ${at}.`,
    queued: 'it waits for a worker.',
    sending: 'it is being handed to the provider.',
    sent: 'it was sent; nothing yet shows that it arrived.',
    delivered: 'it was sent, and the provider says that it arrived.',
    failed: (why: string | null) => `it was not delivered${why === null ? '' : `: ${why}`}.`,
    refused: (because: string) => `it was not sent${because}.`,
    expired: (because: string) =>
      `it was not sent: its deadline came first${because === '' ? '' : `; until then it waited${because}`}.`,
    cancelled: (why: string | null) => `it was called off${why === null ? '' : `: ${why}`}.`,
    askedBy: (who: string) => `asked by ${who}`,
    inDoubt: 'it may or may not have gone out; it counts as sent and is never sent again by itself.',
  },

  // What a decision knew.
  facts: {
    account: (
      state: string,
      days: number | null,
      since: string | null,
      product: string,
      role: string,
      asOf: string | null,
    ) =>
      `account: ${state}, ${days === null ? 'days past due not known' : `${days} days past due`}${since === null ? '' : `, unpaid since ${since}`}, ${product}, ${role}; ${asOf === null ? 'age of the balance not known' : `balance as of ${asOf}`}`,
    where: (places: string | null, jurisdictions: string) =>
      `where the person may be: ${places ?? 'not known'}${brackets(jurisdictions)}`,
    address: (
      parts: { kind: string | null; country: string | null; relation: string | null } | null,
      channel: string,
    ) => {
      if (parts === null) return `address: none that may be used by ${channel}`
      const known = [
        parts.kind,
        parts.country === null ? null : `of ${parts.country}`,
        parts.relation === null ? null : `relation ${parts.relation}`,
      ].filter((part) => part !== null)
      return `address: ${known.join(', ') || 'kind not known'}`
    },
    contacts: (count: number, last: string) =>
      count === 0 ? 'contacts before: none on record' : `contacts before: ${count} on record, the last at ${last}`,
    hold: (words: string) => `on hold: ${words}`,
    stop: (words: string) => `stopped: ${words}`,
    consents: (kinds: string) => `consents on record: ${kinds}`,
    noEvents: 'events: not stated',
  },

  // A timeline.
  timeline: {
    spell: (no: string, ladder: string, days: string) =>
      `Overdue episode ${no} began on ladder ${ladder}, ${days} days past due.`,
    event: (type: string, kind: string | null, effective: string | null, effect: string | null) =>
      `Reported: ${type}${brackets(kind)}${after('effective', effective)}.${effect === null ? '' : ` ${ended(capital(effect))}`}`,
    hold: (kind: string, whole: boolean, channel: string | null, until: string | null, by: string | null) =>
      `Put on hold: ${kind}, ${channel !== null ? `everything by ${channel}` : whole ? 'the whole person' : 'this account'}${after('until', until)}${after('by', by)}.`,
    holdEnded: (kind: string, why: string | null, by: string | null) =>
      `Hold ended: ${kind}${brackets(why)}${after('by', by)}.`,
    stop: (words: string, source: string) => `Stopped: ${words}, heard through ${source}.`,
    stopLifted: (reason: string, why: string | null, by: string | null) =>
      `Stop lifted: ${reason}${brackets(why)}${after('by', by)}.`,
    reminder: (
      message: string,
      tone: string,
      step: string | null,
      lead: string | null,
      due: string | null,
      status: string,
      why: string | null,
    ) =>
      `Planned ${message}, ${tone}${step === null ? ', asked for directly' : `, step ${step}`}${lead === null ? '' : ` of account ${lead}, which leads because it is more days past due`}${after('due', due)}; now ${status}${brackets(why)}.`,
    send: (until: string | null, repeats: string) => `Decided to send${after('good until', until)}.${repeats}`,
    wait: (until: string | null, why: string, repeats: string) =>
      `Decided to wait${after('until', until)}: ${why}.${repeats}`,
    refuse: (why: string, same: string | null, repeats: string) =>
      `Decided not to send: ${why}${after('the same as reminder', same)}.${repeats}`,
    repeats: (count: number, last: string | null) => ` Came out ${count} times${after('last at', last)}.`,
    rule: (why: string, rule: string | null, citation: string | null) =>
      `${why}, rule ${rule ?? 'unstated'}${after('', citation)}`,
    attempt: (no: string, message: string, tone: string, status: string, code: string | null) =>
      `Attempt ${no}: ${message}, ${tone}, ${status}${brackets(code)}.`,
    receipt: (no: string, says: string, code: string | null, changed: boolean) =>
      `The provider says of attempt ${no} that ${says}${brackets(code)}${changed ? '' : '; nothing changed'}.`,
    contact: (message: string, direction: string, outcome: string, by: string | null, excess: string | null) =>
      `Contact made elsewhere: ${message}, ${direction}, ${outcome}${after('by', by)}${excess === null ? '' : `; would not have been allowed by ${excess}`}.`,
    handOff: (due: string | null) => `Proposed to a person: hand-off to an agency${after('due', due)}.`,
    task: (rung: string, due: string | null) => `Step for a person: ${rung}${after('due', due)}.`,
    replyToRead: (due: string | null) => `A reply for a person to read${after('due', due)}.`,
    withdrawn: (rung: string | null, why: string) =>
      `${rung === null ? 'Proposed hand-off' : `Step for a person: ${rung}`} withdrawn: ${why}.`,
    taskDone: (outcome: string, by: string | null) => `Step for a person done: ${outcome}${after('by', by)}.`,
    skipped: (rung: string, why: string, detail: string | null) =>
      `Step ${rung} passed over: ${why}${brackets(detail)}.`,
    nothing: 'Nothing happened yet.',
    zoneLine: (zone: string) =>
      `Local time in ${zone}, with UTC beside it. An id in brackets is the reminder’s, for \`decorum explain\`.`,
  },
}

/** Every sentence of an explanation; another language has the same ones or does not compile. */
export type Catalogue = typeof EN
