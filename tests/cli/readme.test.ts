import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { runCli } from './run-cli.ts'

const README = readFileSync(new URL('../../README.md', import.meta.url), 'utf8')
const section = README.slice(README.indexOf('## Ask the policy engine'), README.indexOf('## Configuration'))
const [, stated] = /echo '(\{[\s\S]*?\})' \|/.exec(section) ?? []
/** Each command with the block that follows it. */
const shown = [...section.matchAll(/```sh\n([\s\S]*?)```\s+(?:[^`][\s\S]*?\n)??```\n([\s\S]*?)```/g)].map(([, command = '', answer = '']) => ({
  args: (/decorum -- (.*)/.exec(command)?.[1] ?? '').split(' ').filter((word) => word !== 'case.json'), answer: answer.trimEnd(),
}))

/** The answer as the README shows it: a line `…` stands for any lines. */
function shownFrom(printed: string, answer: string): string {
  const lines = printed.trimEnd().split('\n')
  const parts = answer.split('\n…').map((part) => part.replace(/^\n/, ''))
  let from = 0
  return parts.map((part, i) => {
    const wanted = part.split('\n')
    if (part === '') return ''
    const at = lines.findIndex((_line, k) => k >= from && (i > 0 || k === 0) && wanted.every((line, n) => lines[k + n] === line))
    if (at === -1) return `not printed (in this order): ${part}`
    from = at + wanted.length
    return part
  }).join('\n…\n').trimEnd()
}

describe('what the README shows of the policy engine', () => {
  it('is found: a case, and commands with their answers', () => {
    expect(stated).toBeDefined()
    expect(shown.map(({ args }) => args)).toEqual([['decide', '--explain'], ['decide', '--lang', 'zh-CN']])
  })

  it.each(shown)('is what the command prints: $args', async ({ args, answer }) => {
    const { code, stdout } = await runCli(args, { input: stated ?? '' })
    expect(code).toBe(0)
    if (answer.includes('\n…')) expect(shownFrom(stdout, answer)).toBe(answer)
    else expect(stdout.trimEnd()).toBe(answer)
  })
})
