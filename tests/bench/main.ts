import { parseArgs } from 'node:util'
import pg from 'pg'
import { startPostgres } from '../support/start-postgres.ts'
import { startRedis } from '../support/start-redis.ts'
import type { Bench, Section } from './bench.ts'
import { capCheckBench } from './cap-check.ts'
import { costBench } from './cost.ts'
import { decideBench } from './decide.ts'
import { drainBench } from './drain.ts'
import { endToEndBench } from './end-to-end.ts'
import { intakeBench } from './intake.ts'
import { latencyBench } from './latency.ts'
import { describeMachine } from './machine.ts'
import { plannerBench } from './planner.ts'
import { receiptsBench } from './receipts.ts'
import { renderBench } from './render.ts'
import { ratesBench } from './rates.ts'
import { asJson, machineText, sectionText } from './report.ts'
import { reserveBench } from './reserve.ts'
import { scaleBench } from './scale.ts'
import { startBench } from './start.ts'

/** `npm run bench [-- NAME…] [--json] [--quick] [--seconds N]`: throwaway servers where their programs are installed, otherwise DATABASE_URL and REDIS_URL. */
const BENCHES: Readonly<Record<string, Bench>> = {
  decide: decideBench,
  render: renderBench,
  intake: intakeBench,
  reserve: reserveBench,
  receipts: receiptsBench,
  cost: costBench,
  latency: latencyBench,
  e2e: endToEndBench,
  scale: scaleBench,
  planner: plannerBench,
  'cap-check': capCheckBench,
  drain: drainBench,
  rates: ratesBench,
  start: startBench,
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'boolean', default: false },
    quick: { type: 'boolean', default: false },
    seconds: { type: 'string' },
  },
})
if (values.seconds !== undefined && !/^[1-9]\d{0,5}$/.test(values.seconds)) {
  process.stderr.write('--seconds takes a whole number of seconds\n')
  process.exit(2)
}
const unknown = positionals.filter((name) => !Object.hasOwn(BENCHES, name))
if (unknown.length > 0) {
  process.stderr.write(`no benchmark is called ${unknown.join(', ')}; there are ${Object.keys(BENCHES).join(', ')}\n`)
  process.exit(2)
}

const [postgres, redis] = await Promise.all([startPostgres(), startRedis()])
try {
  if (postgres !== null) await roomForTheLog(postgres.url)
  const setting = {
    quick: values.quick,
    seconds: values.seconds === undefined ? null : Number(values.seconds),
    postgresUrl: postgres?.url ?? process.env['DATABASE_URL'] ?? null,
    redisUrl: redis?.url ?? process.env['REDIS_URL'] ?? null,
    progress: (what: string) => void process.stderr.write(`… ${what}\n`),
  }
  const machine = await describeMachine(setting.postgresUrl, setting.redisUrl)
  if (!values.json) console.log(machineText(machine))
  const sections: Section[] = []
  for (const [name, bench] of Object.entries(BENCHES)) {
    if (positionals.length > 0 && !positionals.includes(name)) continue
    const section = await bench(setting)
    sections.push(section)
    if (!values.json) console.log(sectionText(section))
  }
  if (values.json) console.log(asJson(machine, sections, setting))
} finally {
  await Promise.all([postgres?.stop(), redis?.stop()])
}

/** The tests' server is kept small; with 256 MB of log it would checkpoint all through a benchmark, and so measure that. */
async function roomForTheLog(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    await client.query("ALTER SYSTEM SET max_wal_size = '2GB'")
    await client.query('SELECT pg_reload_conf()')
  } finally {
    await client.end()
  }
}
