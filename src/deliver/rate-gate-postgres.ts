import type { GateRate, RateGate } from './rate-gate.ts'
import { gateOver, type TakeSlots } from './slot-store.ts'

/**
 * A rate gate shared by all workers through the ledger's server: one row per route.
 *
 * @param takeSlots  the ledger's question `takeRateSlots`, bound to its pool (never to a
 *                   transaction, which would hold the row until its commit)
 */
export const postgresRateGate = (takeSlots: TakeSlots, route: string, rate: GateRate): RateGate => gateOver(route, rate, takeSlots)
