import { describe, expect, it } from 'vitest'
import { COMMANDS } from '../../src/cli/main.ts'
import { finish, runCli, startWorker } from './run-cli.ts'

describe('the command line', () => {
  it('lists every command with what it is for', async () => {
    const { code, stdout } = await runCli(['--help'])
    expect(code).toBe(0)
    for (const { words } of COMMANDS) expect(stdout).toMatch(new RegExp(`^ +${words[0]} `, 'm'))
    expect(stdout).toContain('Exit codes: 0 done, 1 failed, 2 bad input')
  })

  it('says which version it is', async () => {
    expect(await runCli(['--version'])).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) as string,
    })
  })

  it('answers an unknown command with the near miss and exit code 2', async () => {
    const { code, stdout, stderr } = await runCli(['decidee'])
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toContain('Did you mean decide?')
  })

  it('answers an unknown option with exit code 2', async () => {
    const { code, stderr } = await runCli(['decide', '--jsno'])
    expect(code).toBe(2)
    expect(stderr).toContain('Did you mean --json?')
  })

  it('shows what each command takes', async () => {
    const { code, stdout } = await runCli(['help', 'decide'])
    expect(code).toBe(0)
    expect(stdout).toContain('0 for any verdict, 2 for input that does not fit')
  })

  it('reports a configuration with mistakes with exit code 78, every mistake and no stack trace', async () => {
    const { code, stderr } = await runCli(['work', 'planner'], { env: { PORT: 'http', REDIS_URL: 'localhost' } })
    expect(code).toBe(78)
    expect(stderr).toContain('the configuration has 2 mistakes')
    expect(stderr).toContain('environment PORT: is not a port. Write a whole number')
    expect(stderr).toContain('environment REDIS_URL: is not an address of Redis')
    expect(stderr).not.toMatch(/^ +at /m)
  })

  it('refuses a daemon that does not exist', async () => {
    expect((await runCli(['work', 'plannr'])).code).toBe(2)
  })
})

describe('a daemon started by itself', () => {
  it('says what it is for', async () => {
    const { code, stdout } = await finish(startWorker('planner', ['--help']))
    expect(code).toBe(0)
    expect(stdout).toContain('Works out which reminders fall due')
  })

  it('refuses a flag it does not know, and a port that is none, with exit code 2', async () => {
    expect((await finish(startWorker('sms', ['--helth-port', '1']))).code).toBe(2)
    expect((await finish(startWorker('sms', ['--health-port', 'x']))).code).toBe(2)
  })
})
