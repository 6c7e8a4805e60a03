import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { DAY, fromDayNumber } from '../../src/model/time.ts'
import type { SimulationSetting } from '../../src/pipeline/simulate/chunk.ts'
import { readPortfolioFile } from '../../src/pipeline/simulate/portfolio-file.ts'
import { portfolioOfFile } from '../../src/pipeline/simulate/portfolio.ts'
import { simulatePortfolio } from '../../src/pipeline/simulate/run.ts'
import { shippedConfig } from '../support/stage.ts'

/**
 * `npx tsx tests/bench/simulate.ts [accounts] [days]`: how long does a simulation take?
 *
 * An invented portfolio like the demonstration's: three lenders of three countries, due dates spread over the last
 * 90 days and the next 30, one person in eight with two accounts, 2 % of unpaid accounts paid a day.
 */
const [accounts, days] = [Number(process.argv[2] ?? 100_000), Number(process.argv[3] ?? 60)]
const FROM = Date.parse('2026-11-23T00:00:00Z')

const LENDERS = [
  {
    creditor: 'shili-xiaojin',
    currency: 'CNY',
    place: 'CN',
    zone: 'Asia/Shanghai',
    locale: 'zh-CN',
    phone: (n: number) => `+86138${String(n).padStart(8, '0')}`,
  },
  {
    creditor: 'northwind',
    currency: 'USD',
    place: 'US-NY',
    zone: 'America/New_York',
    locale: 'en',
    phone: (n: number) => `+1212555${String(n % 10_000).padStart(4, '0')}`,
  },
  {
    creditor: 'meridian',
    currency: 'GBP',
    place: 'GB',
    zone: 'Europe/London',
    locale: 'en',
    phone: (n: number) => `+4477009${String(n % 100_000).padStart(5, '0')}`,
  },
]

function portfolio(): string {
  const rows = [
    'id,creditor,asOf,recipient.id,recipient.name,recipient.locale,recipient.timeZone,recipient.jurisdiction,recipient.sms,recipient.phone,recipient.email,overdue.amount,overdue.currency,dueDate,autoDebit,reference.masked,factsForWords.lateInterest,factsForWords.reportsToBureau',
  ]
  for (let n = 0; n < accounts; n++) {
    // Half of them at home; the rest shared by the two others. Whole people keep one lender.
    const recipient = n - (n % 8 === 1 ? 1 : 0)
    const lender = LENDERS[recipient % 4 < 2 ? 0 : (recipient % 4) - 1] as (typeof LENDERS)[number]
    const due = fromDayNumber(FROM / DAY - 90 + ((n * 37) % 120))
    rows.push(
      `A-${n},${lender.creditor},2026-11-22T22:00:00Z,P-${recipient},Somebody ${recipient},${lender.locale},${lender.zone},${lender.place},${lender.phone(recipient)},${lender.phone(recipient)},p${recipient}@mail.example,${100 + (n % 900)}.00,${lender.currency},${due},false,${String(n % 10_000).padStart(4, '0')},true,true`,
    )
  }
  return rows.join('\n')
}

const folder = mkdtempSync(join(tmpdir(), 'simulate-'))
try {
  const path = join(folder, 'portfolio.csv')
  writeFileSync(path, portfolio())
  const config = shippedConfig()
  const setting: SimulationSetting = {
    config,
    packs: config.packs,
    packSelection: { named: null, also: [...config.policies.house] },
    ladder: null,
    from: FROM,
    to: FROM + days * DAY,
    payRate: 0.02,
    seed: 1,
  }
  const { creditors, ladders, routes, templates, locales, delivery } = config
  const began = performance.now()
  const load = loadavg()[0] as number
  const file = await readPortfolioFile(path)
  const { report, refused } = await simulatePortfolio(
    { ...setting, config: { creditors, ladders, routes, templates, locales, delivery } },
    portfolioOfFile(file, null),
    new Map(),
    (recipients) => process.stderr.write(`\r${recipients} people`),
  )
  const seconds = (performance.now() - began) / 1000
  const { user, system } = process.cpuUsage()
  process.stderr.write('\n')
  console.log(
    JSON.stringify(
      {
        accounts: report.of.accounts,
        people: report.of.people,
        days,
        refusedLines: refused.length,
        seconds: Math.round(seconds * 10) / 10,
        processorSeconds: Math.round((user + system) / 1e5) / 10,
        accountsPerSecond: Math.round(report.of.accounts / seconds),
        memoryMiB: Math.round(process.memoryUsage().rss / 2 ** 20),
        cores: cpus().length,
        loadAtStart: load,
        loadAtEnd: loadavg()[0],
        totals: report.totals,
      },
      null,
      2,
    ),
  )
  if (refused[0] !== undefined) console.log(JSON.stringify(refused[0]))
} finally {
  rmSync(folder, { recursive: true, force: true })
}
