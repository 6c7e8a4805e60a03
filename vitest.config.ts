import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['tests/**/*.test.ts'],
    globalSetup: ['tests/support/global-setup.ts'],
    reporters: ['default', './tests/support/left-out-reporter.ts'],
    pool: 'forks',
    // Two cores, shared with PostgreSQL, Redis and an embedded ledger per file.
    maxWorkers: 2,
    // For what hangs, not for what is slow: under a load of thirty a ledger of its own takes a minute, and each step of a case thirty times as long.
    testTimeout: 240_000,
    hookTimeout: 300_000,
    teardownTimeout: 60_000,
  },
})
