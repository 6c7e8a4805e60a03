import type { Config } from '../../config/config.ts'
import type { Instant } from '../../model/time.ts'
import { bookDate, daysPastDue } from '../../plan/book-time.ts'
import { type NewPass, spellChange, type SpellChange, type Standing } from '../../plan/spell-change.ts'
import type { KnownAccount, SpellRow, StoredAccount, VersionedBody } from '../../record/accounts.ts'
import { newId } from '../../record/id.ts'

/** The configuration that spells depend on. */
interface SpellConfig {
  readonly config: Pick<Config, 'creditors' | 'ladders'>
}

/** What to do with an account's waiting reminders. */
type WaitingReminders = 'left' | 'woken' | { cancelled: string }

/** A locked account with its changes, to be written at the end of the transaction. */
export class AccountDraft {
  row: StoredAccount
  /** The latest spell, running or ended. */
  spell: SpellRow | null
  readonly isNew: boolean
  readonly #before: Standing | null
  readonly spells: SpellRow[] = []
  readonly ladders: VersionedBody[] = []
  waiting: WaitingReminders = 'left'
  dirty = false

  constructor(row: StoredAccount, known: KnownAccount | null) {
    this.row = row
    this.spell = known?.spell ?? null
    this.isNew = known === null
    this.#before = known === null ? null : standingOf(known.row)
  }

  /** Has the account's waiting reminders decided again, because a fact they depend on changed. */
  wake(): void {
    this.dirty = true
    if (this.waiting === 'left') this.waiting = 'woken'
  }

  /** Opens, moves or ends the account's spell after its new facts, and returns which. Call once, after all changes. */
  updateSpell(runtime: SpellConfig, now: Instant, reversal = false): SpellChange {
    const { row } = this
    const zone = runtime.config.creditors.get(row.creditor)?.bookZone ?? 'UTC'
    const after = standingOf(row)
    const change = spellChange(this.#before, after, {
      reversal,
      at: now,
      curedBefore: this.spell?.ended_as === 'cured' || this.spell?.ended_as === 'settled',
      lastTone: this.spell?.last_tone ?? null,
    })
    if (change.kind === 'opened') this.#open(runtime, change.pass, zone)
    else if (change.kind === 'moved' || change.kind === 'reopened') this.#nextPass(change.pass, zone, change.kind)
    else if (change.kind === 'cured') this.#end('cured', now)
    else if (change.kind === 'ended') this.#end(change.as, now)
    // A directly requested reminder may be waiting although no spell is running.
    if (change.kind === 'none' && this.#before?.state === 'open' && row.state !== 'open')
      this.waiting = { cancelled: row.state }
    if (this.dirty) {
      row.updated_at = new Date(now)
      row.plan_at = row.spell_id === null ? null : new Date(now)
    }
    return change
  }

  #open(runtime: SpellConfig, pass: NewPass, zone: string): void {
    const pinned = runtime.config.ladders.get(this.row.ladder)
    if (pinned === undefined) throw new RangeError(`ladder ${this.row.ladder} is not configured`)
    this.ladders.push({ ladder: this.row.ladder, version: pinned.version, body: pinned.ladder })
    this.spell = {
      id: newId(),
      creditor: this.row.creditor,
      account_id: this.row.id,
      no: (this.spell?.no ?? 0) + 1,
      pass: 1,
      ladder: this.row.ladder,
      ladder_version: pinned.version,
      started_on: bookDate(pass.enteredAt, zone),
      ...this.#entered(pass, zone),
      first_message_at: null,
      last_tone: null,
      ended_at: null,
      ended_as: null,
    }
    this.#bind(pass)
  }

  #nextPass(pass: NewPass, zone: string, why: 'moved' | 'reopened'): void {
    if (this.spell === null) throw new RangeError('the account has no spell to continue')
    this.spell = {
      ...this.spell,
      pass: this.spell.pass + 1,
      ...this.#entered(pass, zone),
      ended_at: null,
      ended_as: null,
    }
    this.waiting = { cancelled: why === 'moved' ? 'moved_by_payment' : 'payment_reversed' }
    this.#bind(pass)
  }

  #entered(pass: NewPass, zone: string): Pick<SpellRow, 'entered_at' | 'entered_by' | 'entered_days_past_due'> {
    const counted = daysPastDue(
      { dueDate: this.row.due_date, statedDaysPastDue: this.row.stated_days_past_due },
      zone,
      pass.enteredAt,
    )
    return { entered_at: new Date(pass.enteredAt), entered_by: pass.enteredBy, entered_days_past_due: counted ?? 0 }
  }

  #bind(pass: NewPass): void {
    if (this.spell === null) return
    this.spells.push(this.spell)
    this.row.spell_id = this.spell.id
    this.row.not_before = pass.notBefore === null ? null : new Date(pass.notBefore)
    this.row.tone_ceiling = pass.toneCeiling
    this.wake()
  }

  #end(as: string, now: Instant): void {
    if (this.spell !== null && this.spell.ended_at === null) {
      this.spell = { ...this.spell, ended_at: new Date(now), ended_as: as }
      this.spells.push(this.spell)
    }
    this.row.spell_id = null
    this.dirty = true
    this.waiting = { cancelled: as }
  }
}

const standingOf = (row: StoredAccount): Standing => ({
  state: row.state,
  dueDate: row.due_date,
  statedDaysPastDue: row.stated_days_past_due,
  overdueMinor: BigInt(row.overdue_minor),
})
