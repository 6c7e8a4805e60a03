import { Command, Option } from 'commander'
import { DecorumError } from '../../model/errors.ts'
import { type Instant, parseInstant } from '../../model/time.ts'
import type { Rotation } from '../../services/key-rotation.ts'
import { type ApiKey, type KeyScope, SCOPES } from '../../services/keys.ts'
import { CLI_ACTOR, withApp } from '../with-app.ts'
import { printAnswer } from '../output.ts'

/** `decorum keys create|list|revoke`: who may use the HTTP interface; `rotate`: the keys that seal personal data. */
export function command(): Command {
  return new Command('keys')
    .description(
      'API keys: make one (its secret is shown once), list them, revoke one. And the keys of DECORUM_KEYS: rotate.',
    )
    .addCommand(createKey())
    .addCommand(listKeys())
    .addCommand(revokeKey())
    .addCommand(rotateKeys())
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
    .option(
      '--expires <instant>',
      'until when it holds, such as 2027-06-30T00:00:00Z; without it, until it is revoked',
      readEnd,
    )
    .option('--json', 'answer as one JSON document')
    .action(async (label: string, options: CreateOptions) => {
      const made = await withApp(({ services }) =>
        services.createKey(CLI_ACTOR, {
          label,
          creditor: options.creditor ?? null,
          kind: options.kind,
          scopes: options.scopes,
          expiresAt: options.expires ?? null,
        }),
      )
      printAnswer(
        options.json,
        { ...made.key, secret: made.secret },
        () => `${inOneLine(made.key)}\nIts secret, shown this once: ${made.secret}`,
      )
    })
}

interface CreateOptions {
  creditor?: string
  kind: 'live' | 'test'
  scopes: KeyScope[]
  expires?: Instant
  json?: true
}

function listKeys(): Command {
  return new Command('list')
    .description('Lists keys without their secrets.')
    .option('--json', 'answer as one JSON document')
    .action(async (options: { json?: true }) => {
      const keys = await withApp(({ services }) => services.listKeys(CLI_ACTOR))
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
      const key = await withApp(({ services }) => services.revokeKey(CLI_ACTOR, id))
      if (key === null)
        throw new DecorumError('DECORUM_NOT_FOUND', 'there is no such key', {
          hint: 'List them with `decorum keys list`.',
        })
      printAnswer(options.json, key, () => inOneLine(key))
    })
}

function readEnd(text: string): Instant {
  const end = parseInstant(text)
  if (end !== null) return end
  throw new DecorumError('DECORUM_BAD_INPUT', 'the end is not an instant with an offset', {
    hint: 'Write it like 2027-06-30T00:00:00Z.',
  })
}

function rotateKeys(): Command {
  return new Command('rotate')
    .description(
      'Makes the first of DECORUM_KEYS the current key: wraps every data key with it and finds every address by its hash, in batches, while everything goes on. Run it again after an interruption; afterwards the older keys can go.',
    )
    .option('--json', 'answer as one JSON document')
    .action(async (options: { json?: true }) => {
      const rotation = await withApp(({ services }) =>
        services.rotateKeys(({ step, table, done, of }) =>
          process.stderr.write(
            `decorum: ${step}${table === undefined ? '' : ` ${table}`} ${done}${of === null ? '' : ` of ${of}`}\n`,
          ),
        ),
      )
      printAnswer(options.json, rotation, () => rotationInWords(rotation))
    })
}

function rotationInWords({ current, rewrapped, rehashed, keptHashes, retired }: Rotation): string {
  return [
    `${current} is the current key: it wraps ${rewrapped} more data keys and finds ${rehashed} more addresses.`,
    ...(keptHashes === 0
      ? []
      : [
          `${keptHashes} addresses are known by their hash alone; they are still compared, and ${current} keeps what that takes.`,
        ]),
    retired.length === 0
      ? 'No further key can go from DECORUM_KEYS.'
      : `DECORUM_KEYS needs ${retired.join(', ')} no more; keep ${retired.length === 1 ? 'it' : 'them'} as long as backups from before.`,
  ].join('\n')
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
  [
    key.id,
    key.kind,
    key.creditor ?? 'every creditor',
    key.scopes.join(','),
    key.label,
    ...(key.createdBy === null ? [] : [`made by ${key.createdBy}`]),
    key.lastUsedAt === null ? 'never used' : `last used ${key.lastUsedAt}`,
    ...(key.expiresAt === null ? [] : [`holds until ${key.expiresAt}`]),
    ...(key.revokedAt === null
      ? []
      : [`revoked ${key.revokedAt}${key.revokedBy === null ? '' : ` by ${key.revokedBy}`}`]),
  ].join('  ')
