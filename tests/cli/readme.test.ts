import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { runCli } from './run-cli.ts'

const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')

/** Each command of a section with the answer that follows it, and the case that the section pipes in. */
function shownIn(path: string): { path: string; args: string[]; stated: string; answer: string }[] {
  const [, section = ''] = /\n#{2,3} Ask the policy engine\n([\s\S]*?)(?=\n#{2,3} |$)/.exec(read(path)) ?? []
  const [, stated] = /echo '(\{[\s\S]*?\})' \|/.exec(section) ?? []
  return [...section.matchAll(/```sh\n([\s\S]*?)```\s+(?:[^`][\s\S]*?\n)??```\n([\s\S]*?)```/g)].map(
    ([, command = '', answer = '']) => ({
      path,
      args: (/decorum -- (.*)/.exec(command)?.[1] ?? '').split(' ').filter((word) => word !== 'case.json'),
      stated: stated ?? '',
      answer: answer.trimEnd(),
    }),
  )
}

const shown = [...shownIn('README.md'), ...shownIn('src/cli/README.md')]

/** The answer as a document shows it: a line `…` stands for any lines. */
function shownFrom(printed: string, answer: string): string {
  const lines = printed.trimEnd().split('\n')
  const parts = answer.split('\n…').map((part) => part.replace(/^\n/, ''))
  let from = 0
  return parts
    .map((part, i) => {
      const wanted = part.split('\n')
      if (part === '') return ''
      const at = lines.findIndex(
        (_line, k) => k >= from && (i > 0 || k === 0) && wanted.every((line, n) => lines[k + n] === line),
      )
      if (at === -1) return `not printed (in this order): ${part}`
      from = at + wanted.length
      return part
    })
    .join('\n…\n')
    .trimEnd()
}

describe('what the documents show of the policy engine', () => {
  it('is found: a case, and commands with their answers', () => {
    expect(shown.map(({ args }) => args)).toEqual([['decide'], ['decide', '--explain'], ['decide', '--lang', 'zh-CN']])
    expect(shown.map(({ stated }) => stated)).not.toContain('')
  })

  it.each(shown)('is what the command prints: $path $args', async ({ args, stated, answer }) => {
    const { code, stdout } = await runCli(args, { input: stated })
    expect(code).toBe(0)
    if (answer.includes('\n…')) expect(shownFrom(stdout, answer)).toBe(answer)
    else expect(stdout.trimEnd()).toBe(answer)
  })
})
