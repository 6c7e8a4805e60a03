import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ROOT } from '../support/stage.ts'

interface Breakage {
  file: string
  /** The guard, as it stands in the source. */
  guard: RegExp
  /** What stands in its place. */
  instead: string
}

/** Guards that can be broken on purpose, to see that the judge notices. */
const BREAKAGES = {
  /** A ticket heard twice is answered twice: it is never done, and the fence no longer asks whether the reminder still waits. */
  fence: [
    {
      file: 'src/pipeline/dispatch/reserve.ts',
      guard: /leaveInTicket\(transaction, ring, left\),/,
      instead: 'leaveInTicket(transaction, ring, ticket.reminderIds),',
    },
    {
      file: 'src/record/dispatch/fence.ts',
      guard: /FROM decorum\.waiting w JOIN decorum\.reminder m ON m\.id = w\.reminder_id WHERE w\.reminder_id = ANY/,
      instead: 'FROM decorum.reminder m LEFT JOIN decorum.waiting w ON w.reminder_id = m.id WHERE m.id = ANY',
    },
    {
      file: 'src/record/dispatch/reservation.ts',
      guard: /if \(taken !== attempts\.length\)/,
      instead: 'if (taken > attempts.length)',
    },
  ],
  /** Caps count only what has been settled. */
  pending: [
    {
      file: 'src/pipeline/dispatch/facts.ts',
      guard: /contacts: \[\.\.\.recipient\.contacts\.map\(contactFacts\), \.\.\.input\.pending\]/,
      instead: "contacts: recipient.contacts.filter((c) => c.outcome !== 'pending').map(contactFacts)",
    },
  ],
  /** No answer is taken for not sent, and the reminder is sent again at once. */
  doubt: [
    {
      file: 'src/pipeline/dispatch/settlement.ts',
      guard: /case 'unknown':\n/,
      instead:
        "case 'unknown':\n      return { ...quiet, entry: { ...base, status: 'not_sent', code: end.code, contact: null, reminder: retryIn(0, false) } }\n",
    },
  ],
  /** Two workers decide about one person at the same time. */
  locks: [
    ...[/ORDER BY id FOR NO KEY UPDATE \$\{waiting\}/, /ORDER BY id FOR NO KEY UPDATE \$\{sql[^}]*\}/].map((guard) => ({
      file: 'src/record/locks.ts',
      guard,
      instead: 'ORDER BY id',
    })),
    ...[
      /ORDER BY a\.hash, a\.creditor FOR NO KEY UPDATE OF a \$\{waiting\}/,
      /ORDER BY a\.hash, a\.creditor FOR NO KEY UPDATE OF a \$\{sql[^}]*\}/,
    ].map((guard) => ({ file: 'src/record/locks.ts', guard, instead: 'ORDER BY a.hash, a.creditor' })),
  ],
  /** Stops are recorded and not looked at. */
  stops: [
    {
      file: 'src/pipeline/dispatch/facts.ts',
      guard: /suppressions: recipient\.suppressions\.map/,
      instead: 'suppressions: recipient.suppressions.slice(0, 0).map',
    },
  ],
} satisfies Record<string, Breakage[]>

export type Break = keyof typeof BREAKAGES
export const BREAKS = Object.keys(BREAKAGES) as Break[]

/**
 * A copy of the source in which one guard is broken. Remove it when done.
 *
 * @throws Error when the guard is not found: it was rewritten, and so must be its breakage
 */
export function breakGuard(name: Break): { root: string; remove(): void } {
  const root = mkdtempSync(join(tmpdir(), 'decorum-broken-'))
  for (const path of ['src', 'workers', 'package.json', 'tsconfig.json'])
    cpSync(join(ROOT, path), join(root, path), { recursive: true })
  symlinkSync(join(ROOT, 'node_modules'), join(root, 'node_modules'))
  for (const { file, guard, instead } of BREAKAGES[name]) {
    const text = readFileSync(join(root, file), 'utf8')
    if (!guard.test(text))
      throw new Error(`the guard "${name}" is not found in ${file}: it was rewritten, and its breakage must follow`)
    writeFileSync(
      join(root, file),
      text.replace(guard, () => instead),
    )
  }
  return { root, remove: () => rmSync(root, { recursive: true, force: true }) }
}
