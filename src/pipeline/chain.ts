import { createPublicKey, type KeyObject } from 'node:crypto'
import { resolve } from 'node:path'
import { type HeadSink, headFile, headWebhook } from '../deliver/head-sinks.ts'
import { readSigningKey, type SignedHead } from '../model/chain.ts'
import type { Config } from '../config/config.ts'
import type { RowShape } from '../record/chain/evidence.ts'
import { signHeads, type SigningKeys } from '../record/chain/heads.ts'
import { EVERY_CREDITOR, presentShapes, sealNotes, walkTable } from '../record/chain/seal.ts'
import type { Runtime } from './runtime.ts'

/** Machine time, milliseconds. */
const SIGN_EVERY_MS = 60_000
/** After a head that was not due yet, since another process signs too. */
const SIGN_AGAIN_MS = 5_000
/** Heads that wait for a place that does not take them: a day's. */
const UNWRITTEN = 1_440

/** The keys that sign and that may have signed; null where none signs. */
export function signingKeys({ chainKey, chain }: Pick<Config, 'chainKey' | 'chain'>): SigningKeys | null {
  const key = chainKey === null ? null : readSigningKey('private', chainKey)
  return key === null ? null : { key, keys: publicKeys({ chainKey, chain }) }
}

/** The public keys by which heads are verified. */
export function publicKeys({ chainKey, chain }: Pick<Config, 'chainKey' | 'chain'>): KeyObject[] {
  const own = chainKey === null ? null : readSigningKey('private', chainKey)
  const others = chain.publicKeys.flatMap((text) => readSigningKey('public', text) ?? [])
  return own === null ? others : [createPublicKey(own), ...others]
}

/**
 * Makes links of the notes that writers leave, signs where the chains end, and writes that elsewhere. One instance per sweeper.
 *
 * Several may run at once: links and heads are made by one at a time, and each writes elsewhere the heads that it has signed.
 */
export class ChainSealer {
  readonly #runtime: Runtime
  readonly #keys: SigningKeys | null
  readonly #sinks: readonly HeadSink[]
  readonly #unwritten = new Map<HeadSink, { no: number; line: string }[]>()
  #toWalk: RowShape[] | null = null
  #signAt = 0
  #last: SignedHead | null = null
  readonly #failing = new Set<HeadSink>()
  #broken = false

  constructor(runtime: Runtime) {
    const { config } = runtime
    this.#runtime = runtime
    this.#keys = signingKeys(config)
    const { file, webhook } = config.chain.heads
    this.#sinks = [
      ...(file === null ? [] : [headFile(resolve(config.root, file))]),
      ...(webhook === null ? [] : [headWebhook(webhook)]),
    ]
  }

  /** True when there is more to do at once. */
  async pass(): Promise<boolean> {
    const { ledger, vault, log } = this.#runtime
    const walking = await this.#walk()
    const { unproved, more } = await sealNotes(ledger.db, vault)
    for (const [relation, notes] of Object.entries(unproved))
      log.error(
        { event: 'chain.unproved', relation, notes },
        'evidence was written by a session that is not proved to be one of ours; decorum audit chain names the rows',
      )
    await this.#sign()
    await this.#write()
    return walking || more
  }

  async close(): Promise<void> {
    await Promise.all(this.#sinks.map((sink) => sink.close()))
  }

  /** One page of each table whose rows of before the chain are not all linked yet. */
  async #walk(): Promise<boolean> {
    const { ledger, vault } = this.#runtime
    const left: RowShape[] = []
    let more = false
    for (const shape of this.#toWalk ?? (await presentShapes(ledger.db))) {
      const walked = await walkTable(ledger.db, vault, shape)
      if (walked !== 'done') left.push(shape)
      more ||= walked === 'more'
    }
    this.#toWalk = left
    return more
  }

  async #sign(): Promise<void> {
    const { ledger, vault, config, log } = this.#runtime
    if (this.#keys === null || performance.now() < this.#signAt) return
    const creditors = [...config.creditors.keys(), EVERY_CREDITOR]
    const signed = await signHeads(ledger.db, vault, this.#keys, creditors, SIGN_EVERY_MS, this.#last)
    this.#signAt = performance.now() + (typeof signed === 'string' ? SIGN_AGAIN_MS : SIGN_EVERY_MS)
    if (signed === 'broken' && !this.#broken)
      log.error({ event: 'chain.broken' }, 'the chain is not the one that was signed before; nothing is signed')
    this.#broken = signed === 'broken'
    if (typeof signed === 'string') return
    this.#last = signed.head
    for (const sink of this.#sinks) {
      const waiting = this.#unwritten.get(sink) ?? []
      this.#unwritten.set(sink, [...waiting, { no: signed.head.no, line: signed.line }].slice(-UNWRITTEN))
    }
  }

  /** In order; what one place does not take is tried again with the next pass, and keeps no other waiting. */
  async #write(): Promise<void> {
    for (const [sink, heads] of this.#unwritten) {
      let failure: string | null = null
      for (let head = heads[0]; head !== undefined && failure === null; head = heads[0]) {
        failure = await sink.write(head)
        if (failure === null) heads.shift()
      }
      if (failure === null) this.#failing.delete(sink)
      else if (!this.#failing.has(sink)) {
        this.#failing.add(sink)
        this.#runtime.log.error(
          { event: 'chain.head_unwritten', sink: sink.name, code: failure },
          'a signed head cannot be written elsewhere; it is tried again',
        )
      }
    }
  }
}
