import type { Reporter } from 'vitest/node'
import { readLeftOut } from './left-out.ts'

/** Says at the end which suites were left out for want of a server; in CI that is a failure. */
export default class LeftOutReporter implements Reporter {
  onTestRunEnd(): void {
    const runDirectory = process.env['DECORUM_TEST_RUN']
    const leftOut = runDirectory === undefined ? [] : readLeftOut(runDirectory)
    if (leftOut.length === 0) return
    console.log(`\nLeft out (${leftOut.length}):\n${leftOut.map((line) => `  ${line}`).join('\n')}\n`)
    if (process.env['CI'] === 'true') {
      console.error('CI=true: nothing may be left out.')
      process.exitCode = 1
    }
  }
}
