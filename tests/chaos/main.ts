import { keepEvidence } from './keep-evidence.ts'
import { readOptions, USAGE, type ChaosOptions } from './options.ts'
import { asJson, asText } from './report.ts'
import { runChaos } from './run.ts'

// `npm run chaos`: exit 0 when every promise was kept, 1 when not, 2 for bad flags, 130 when interrupted.
const tell = (line: string): void => void process.stderr.write(`${line}\n`)
const stop = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stop.abort())

process.exit(await main(process.argv.slice(2)))

async function main(argv: readonly string[]): Promise<number> {
  let options: ChaosOptions
  try {
    options = readOptions(argv)
  } catch (error) {
    tell(`${(error as Error).message}\n${USAGE}`)
    return 2
  }
  try {
    const report = await runChaos(options, stop.signal, tell)
    process.stdout.write(`${options.json ? JSON.stringify(asJson(report), null, 2) : asText(report)}\n`)
    if (report.verdict.charges.length === 0) return 0
    tell(`what the judge saw is in ${keepEvidence(report.evidence, options.logs)}`)
    return 1
  } catch (error) {
    if (stop.signal.aborted) return 130
    tell((error as Error).message)
    return 1
  }
}
