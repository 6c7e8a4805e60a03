import { generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { isSignedHead, readHead, type SignedHead } from '../../src/model/chain.ts'
import { ChainSealer, publicKeys } from '../../src/pipeline/chain.ts'
import { eachLedger, type FreshLedger } from '../support/ledger.ts'
import { overdueAccount, shippedConfig, Stage } from '../support/stage.ts'
import { openReceiver, type Receiver } from '../support/webhook-receiver.ts'

const KEY = generateKeyPairSync('ed25519').privateKey.export({ format: 'der', type: 'pkcs8' }).toString('base64')

eachLedger('signed heads', (_name, openFresh) => {
  let fresh: FreshLedger
  let stage: Stage
  let receiver: Receiver
  const folder = mkdtempSync(join(tmpdir(), 'decorum-heads-'))
  const file = join(folder, 'heads.ndjson')
  beforeAll(async () => {
    fresh = await openFresh()
    receiver = await openReceiver('heads')
    const { url, secret } = receiver.webhook
    const config = shippedConfig({ DECORUM_CHAIN_KEY: KEY })
    stage = await Stage.set(fresh, '2026-11-23T03:00:00Z', {
      config: { ...config, chain: { heads: { file, webhook: { url, secret } }, publicKeys: [] } },
    })
  })
  afterAll(async () => {
    await stage?.app.stop()
    await receiver?.close()
    rmSync(folder, { recursive: true, force: true })
  })

  const inFile = () => readFileSync(file, 'utf8').trimEnd().split('\n')

  it('go to a webhook as to the file, signed twice; a receiver that fails is told again and holds up nothing', async () => {
    const { runtime } = stage.app
    const sealer = new ChainSealer(runtime)
    const failing = vi.spyOn(runtime.log, 'error')
    try {
      receiver.manner = 500
      await stage.account('A-1', overdueAccount())
      while (await sealer.pass());
      expect(inFile(), 'written all the same').toHaveLength(1)
      const tries = receiver.heard.length
      expect(tries).toBeGreaterThan(0)
      expect(failing).toHaveBeenCalledWith(
        expect.objectContaining({ event: 'chain.head_unwritten', sink: 'webhook', code: 'http_500' }),
        expect.any(String),
      )
      expect(JSON.stringify(failing.mock.calls)).not.toContain('a-secret-path')

      await stage.account('A-2', overdueAccount())
      while (await sealer.pass());
      const { rows } = await fresh.ledger.pool.query('SELECT count(*)::int AS notes FROM decorum.chain_note')
      expect(rows[0].notes, 'the chain goes on').toBe(0)
      expect(receiver.heard.length).toBeGreaterThan(tries)
      expect(failing, 'told once').toHaveBeenCalledTimes(1)

      receiver.manner = 204
      await sealer.pass()
      const heard = receiver.heard.length
      await sealer.pass()
      expect(receiver.heard, 'what was taken is not told again').toHaveLength(heard)
      // The receiver verifies the signature of each notice, and fails where it is wrong.
      expect(new Set(receiver.heard.map(({ id }) => id))).toEqual(new Set(['head-1']))
      const told = receiver.heard.at(-1)?.raw ?? ''
      expect(told).toBe(inFile()[0])
      expect(isSignedHead(readHead(told) as SignedHead, publicKeys(runtime.config))).toBe(true)
    } finally {
      failing.mockRestore()
      await sealer.close()
    }
  })
})
