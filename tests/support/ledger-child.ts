import { openLedger } from '../../src/record/ledger.ts'

/** Started by tests as a process of its own: writes numbered rows, says each once it is committed, until it is killed. */
const [dataDir = ''] = process.argv.slice(2)
try {
  const ledger = await openLedger({ dataDir })
  await ledger.pool.query('CREATE TABLE IF NOT EXISTS public.written (n int)')
  process.stdout.write('open\n')
  for (let n = 0; ; n++) {
    await ledger.pool.query('INSERT INTO public.written VALUES ($1)', [n])
    process.stdout.write(`${n}\n`)
  }
} catch (error) {
  process.stdout.write(`${(error as { code?: string }).code}\n`)
  process.exitCode = 1
}
