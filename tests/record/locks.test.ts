import type { Transaction } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { addContact, type ContactRow } from '../../src/record/contacts.ts'
import { addHolds, type HoldRow } from '../../src/record/holds.ts'
import { addRecipients } from '../../src/record/recipients.ts'
import { newId } from '../../src/record/id.ts'
import {
  anchorKey,
  heldBy,
  lockAddresses,
  lockNewAddresses,
  takeLocks,
  requireHeld,
  type Locked,
  type NewAnchor,
} from '../../src/record/locks.ts'
import type { Ledger } from '../../src/record/ledger.ts'
import type { Database } from '../../src/record/schema.ts'
import { openServerFresh, type FreshLedger } from '../support/ledger.ts'
import { whenThere } from '../support/servers.ts'

describe('the token of the lock protocol', () => {
  it('is demanded by the type: a bare transaction is refused', () => {
    const refused = (
      trx: Transaction<Database>,
      contact: ContactRow,
      hold: HoldRow,
      forged: Transaction<Database> & { readonly locked: true },
    ): Promise<unknown>[] => [
      // @ts-expect-error its recipient may not be locked
      addContact(trx, contact),
      // @ts-expect-error its recipient may not be locked
      addHolds(trx, [hold]),
      // @ts-expect-error recipients come first
      lockAddresses(trx, [], 'wait'),
      // @ts-expect-error nobody makes a token but the protocol
      addHolds(forged, [hold]),
    ]
    expect(refused).toBeTypeOf('function')
  })
})

whenThere('PostgreSQL', 'locks', () =>
  describe('locks', () => {
    let fresh: FreshLedger
    let ledger: Ledger
    let ids: [string, string]
    beforeAll(async () => {
      fresh = await openServerFresh()
      ledger = fresh.ledger
      ids = [await recipient(), await recipient()]
    })
    afterAll(() => fresh.dispose())

    const inTransaction = <T>(work: (trx: Transaction<Database>) => Promise<T>): Promise<T> =>
      ledger.db.transaction().execute(work)
    const row = () => {
      const id = newId()
      const nothing = {
        name: null,
        locale: null,
        time_zone: null,
        jurisdiction: null,
        data_key: null,
        data_key_id: null,
        as_of: null,
        caught_up_on: null,
        erased_at: null,
      }
      return {
        ...nothing,
        id,
        creditor: 'acme',
        live: true,
        external_id: id,
        location_evidence: [],
        blocked_times: [],
        created_at: new Date(),
        updated_at: new Date(),
      } as Parameters<typeof addRecipients>[1][number]
    }
    const recipient = async (): Promise<string> => {
      const added = row()
      await inTransaction((trx) => addRecipients(trx, [added]))
      return added.id
    }
    const anchor = (fill: number): NewAnchor => ({ creditor: 'acme', hash: Buffer.alloc(32, fill), keyId: 'k' })
    /** What somebody else gets meanwhile. */
    const leftToOthers = (): Promise<string[]> =>
      inTransaction(async (trx) => [...heldBy(await takeLocks(trx, { recipients: ids }, 'skip')).recipients])

    it('name whom they were taken of, and keep others out until the end', async () => {
      const [first, second] = ids
      await inTransaction(async (trx) => {
        const locked = await takeLocks(trx, { recipients: [first, first] }, 'wait')
        expect([...heldBy(locked).recipients]).toEqual([first])
        expect(await leftToOthers()).toEqual([second])
        expect(() => requireHeld(locked, [first])).not.toThrow()
        expect(() => requireHeld(locked, [second])).toThrow(/does not hold/)
      })
      expect((await leftToOthers()).sort()).toEqual([first, second].sort())
    })

    it('take recipients before addresses: the other order is refused, and what is held already is not asked for again', async () => {
      const [first, second] = ids
      const one = anchor(1)
      await inTransaction(async (trx) => {
        const locked = await takeLocks(trx, { recipients: [first] }, 'wait')
        await lockNewAddresses(locked, [one], new Date())
        expect([...heldBy(locked).addresses]).toEqual([anchorKey(one)])
        await expect(takeLocks(trx, { recipients: [first], addresses: [one] }, 'wait')).resolves.toBe(trx)
        await expect(takeLocks(trx, { recipients: [second] }, 'wait')).rejects.toThrow(/recipients come first/)
      })
    })

    it('cover addresses that had a row and those that get one', async () => {
      const [known, added] = [anchor(2), anchor(3)]
      const lock = (trx: Transaction<Database>, anchors: NewAnchor[]): Promise<Locked> =>
        takeLocks(trx, { recipients: [] }, 'wait').then((locked) => lockNewAddresses(locked, anchors, new Date()))
      await inTransaction((trx) => lock(trx, [known]))
      const held = await inTransaction(async (trx) => heldBy(await lock(trx, [added, known])).addresses)
      expect([...held].sort()).toEqual([known, added].map(anchorKey).sort())
    })

    it('are held of people whom the transaction adds, and of nobody when somebody else added one', async () => {
      const added = row()
      await inTransaction(async (trx) => {
        const locked = await addRecipients(trx, [added])
        expect(locked === null ? null : [...heldBy(locked).recipients]).toEqual([added.id])
      })
      expect(await inTransaction((trx) => addRecipients(trx, [{ ...added, id: newId() }]))).toBeNull()
    })
  }),
)
