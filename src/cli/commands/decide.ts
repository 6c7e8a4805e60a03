import { readFile } from 'node:fs/promises'
import { text as allOf } from 'node:stream/consumers'
import { Command } from 'commander'
import { policyPacks } from '../../authoring/packs.ts'
import { parseJson } from '../../intake/parse.ts'
import { DecorumError } from '../../model/errors.ts'
import { readLanguage } from '../../report/words/terms.ts'
import { caseDecider, decisionText } from '../../services/decide-case.ts'
import { printAnswer } from '../output.ts'

const MAX_BYTES = 16 * 1024 * 1024

interface Options {
  json?: true
  explain?: true
  lang: string
}

/** `decorum decide`: exit 0 for any verdict, 2 for input that does not fit. */
export function command(): Command {
  return new Command('decide')
    .description(
      'May this be sent now? Reads one decide case as JSON (from FILE, or from stdin) and says send, defer or refuse, with every rule that objects.',
    )
    .argument('[file]', 'the case; without it, or as -, standard input')
    .option('--json', 'answer as one JSON document')
    .option('--explain', 'say what each rule judged by, which let it pass, and which stayed silent')
    .option('--lang <language>', 'language of the words: en or zh-CN', 'en')
    .addHelpText(
      'after',
      '\nExit codes: 0 for any verdict, 2 for input that does not fit, with the path of each fault.',
    )
    .action(async (file: string | undefined, options: Options) => {
      const language = readLanguage(options.lang)
      const answer = caseDecider(policyPacks())(readJson(await caseText(file)))
      if (!answer.ok)
        throw new DecorumError('DECORUM_BAD_INPUT', 'this is not a decide case', {
          faults: answer.faults,
          hint: 'Correct these and ask again; README.md, "Ask the policy engine", has an example.',
        })
      const explained = options.explain === true
      printAnswer(
        options.json,
        explained && options.json === true ? { ...answer.decision, explanation: answer.explain() } : answer.decision,
        () => decisionText(answer, explained, language),
      )
    })
}

async function caseText(file: string | undefined): Promise<string> {
  if (file === undefined || file === '-') {
    if (process.stdin.isTTY) process.stderr.write('Waiting for a case on standard input; end it with Ctrl-D.\n')
    return limited(await allOf(process.stdin))
  }
  try {
    return limited(await readFile(file, 'utf8'))
  } catch (cause) {
    if (cause instanceof DecorumError) throw cause
    throw new DecorumError('DECORUM_BAD_INPUT', `${file} cannot be read`, {
      cause,
      hint: 'Is the path right, and may this user read it?',
    })
  }
}

function limited(text: string): string {
  if (text.length <= MAX_BYTES) return text
  throw new DecorumError('DECORUM_BODY_TOO_LARGE', `the case is larger than ${MAX_BYTES} bytes`, {
    hint: 'A case speaks of one person; leave the others out.',
  })
}

/**
 * The value of one JSON document.
 *
 * @throws DECORUM_MALFORMED_JSON with the position of the fault; never quotes the text
 */
function readJson(text: string): unknown {
  const parsed = parseJson(text.replace(/^\uFEFF/, ''))
  if (parsed.ok) return parsed.value
  throw new DecorumError('DECORUM_MALFORMED_JSON', 'this is not JSON', { faults: parsed.faults })
}
