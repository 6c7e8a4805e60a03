import { Command, Option } from 'commander'
import { DecorumError } from '../../model/errors.ts'
import { type ApiKey, type KeyScope, SCOPES } from '../../services/keys.ts'
import { withApp } from '../with-app.ts'
import { printAnswer } from '../output.ts'

/** `decorum keys create|list|revoke`: who may use the HTTP interface. */
export function command(): Command {
  return new Command('keys')
    .description('API keys: make one (its secret is shown once), list them, revoke one.')
    .addCommand(createKey())
    .addCommand(listKeys())
    .addCommand(revokeKey())
}

function createKey(): Command {
  return new Command('create')
    .description('Makes a key and shows its secret, this once.')
    .argument('<label>', 'which system or person has it')
    .option('--creditor <id>', 'bind it to one creditor; without it the key is for all')
    .addOption(
      new Option('--kind <kind>', 'what a test key registers never reaches a provider')
        .choices(['live', 'test'])
        .default('live'),
    )
    .requiredOption('--scopes <list>', `separated by commas: ${SCOPES.join(', ')}`, readScopes)
    .option('--json', 'answer as one JSON document')
    .action(
      async (label: string, options: { creditor?: string; kind: 'live' | 'test'; scopes: KeyScope[]; json?: true }) => {
        const made = await withApp(({ services }) =>
          services.createKey({ label, creditor: options.creditor ?? null, kind: options.kind, scopes: options.scopes }),
        )
        printAnswer(
          options.json,
          { ...made.key, secret: made.secret },
          () => `${inOneLine(made.key)}\nIts secret, shown this once: ${made.secret}`,
        )
      },
    )
}

function listKeys(): Command {
  return new Command('list')
    .description('Lists keys without their secrets.')
    .option('--json', 'answer as one JSON document')
    .action(async (options: { json?: true }) => {
      const keys = await withApp(({ services }) => services.listKeys(null))
      printAnswer(options.json, { keys }, () =>
        keys.length === 0 ? 'There are no keys.' : keys.map(inOneLine).join('\n'),
      )
    })
}

function revokeKey(): Command {
  return new Command('revoke')
    .description('Revokes a key at once.')
    .argument('<id>', 'as `decorum keys list` shows it')
    .option('--json', 'answer as one JSON document')
    .action(async (id: string, options: { json?: true }) => {
      const key = await withApp(({ services }) => services.revokeKey(id, null))
      if (key === null)
        throw new DecorumError('DECORUM_NOT_FOUND', 'there is no such key', {
          hint: 'List them with `decorum keys list`.',
        })
      printAnswer(options.json, key, () => inOneLine(key))
    })
}

function readScopes(text: string): KeyScope[] {
  const named = text
    .split(',')
    .map((scope) => scope.trim())
    .filter((scope) => scope !== '')
  const unknown = named.filter((scope) => !(SCOPES as readonly string[]).includes(scope))
  if (named.length > 0 && unknown.length === 0) return named as KeyScope[]
  throw new DecorumError('DECORUM_BAD_INPUT', `${unknown.join(', ') || 'nothing'} is not a scope`, {
    hint: `Scopes: ${SCOPES.join(', ')}.`,
  })
}

const inOneLine = (key: ApiKey): string =>
  `${key.id}  ${key.kind}  ${key.creditor ?? 'every creditor'}  ${key.scopes.join(',')}  ${key.label}${key.revokedAt === null ? '' : `  revoked ${key.revokedAt}`}`
