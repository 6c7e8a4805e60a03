import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { installProgram } from './program.ts'
import { startPostgres } from './start-postgres.ts'
import { startRedis } from './start-redis.ts'

declare module 'vitest' {
  interface ProvidedContext {
    redisUrl: string | null
    postgresUrl: string | null
    /** The folder of the program that was compiled for this run; null: it did not compile. */
    program: string | null
    /** A directory for this run: what was left out, and a lock for building templates. */
    runDirectory: string
  }
}

/** Compiles the program and starts throwaway servers for the run; without their programs REDIS_URL and DATABASE_URL serve, if set. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const runDirectory = mkdtempSync(join(tmpdir(), 'decorum-run-'))
  // Tests that start no process of the program run all the same, as it may be half written.
  const compiled = installProgram().catch(
    (error: Error) => void process.stderr.write(`The program does not compile: ${error.message}\n`),
  )
  const started = await Promise.allSettled([startRedis(), startPostgres()])
  const program = await compiled
  const [redis, postgres] = started.map((s) => (s.status === 'fulfilled' ? s.value : null))
  const teardown = async (): Promise<void> => {
    await Promise.all([redis?.stop(), postgres?.stop()])
    program?.remove()
    rmSync(runDirectory, { recursive: true, force: true })
  }
  const failed = started.find((s) => s.status === 'rejected')
  if (failed !== undefined) {
    await teardown()
    throw failed.reason
  }
  project.provide('redisUrl', redis?.url ?? process.env['REDIS_URL'] ?? null)
  project.provide('postgresUrl', postgres?.url ?? process.env['DATABASE_URL'] ?? null)
  project.provide('program', program?.folder ?? null)
  project.provide('runDirectory', runDirectory)
  process.env['DECORUM_TEST_RUN'] = runDirectory
  return teardown
}
