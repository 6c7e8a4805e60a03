import { appendFile, mkdir, readFile, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { DecorumError } from '../model/errors.ts'
import { isId } from './id.ts'

/** One line of the journal: whom to erase again, by our own id, which is no upstream's. */
export interface JournalEntry {
  recipientId: string
  creditor: string
  at: string
  by: string
}

/**
 * The journal of erasures: a file outside the ledger, one JSON document a line, only ever added to.
 *
 * A ledger that is restored from a backup knows nothing of what was erased since; this does. It holds ids and times and no personal data.
 */
export class ErasureJournal {
  readonly #path: string
  #read: { size: number; ids: string[] } = { size: -1, ids: [] }

  constructor(path: string) {
    this.#path = path
  }

  /** Adds an entry; resolves once it is on the disk. @throws DECORUM_STATE_CONFLICT when the file cannot be written: nobody is erased then */
  async add(entry: JournalEntry): Promise<void> {
    try {
      await mkdir(dirname(this.#path), { recursive: true, mode: 0o700 })
      await appendFile(this.#path, `${JSON.stringify(entry)}\n`, { flush: true, mode: 0o600 })
    } catch (error) {
      throw new DecorumError(
        'DECORUM_STATE_CONFLICT',
        'the journal of erasures cannot be written, so nobody is erased',
        {
          hint: 'Make DECORUM_ERASURE_JOURNAL a file that this process may write, on a disk that is not restored with the ledger.',
          cause: error,
        },
      )
    }
  }

  /** Who was ever erased, by our id. Read again only when the file has grown; a line that is no entry is passed over. */
  async everErased(): Promise<readonly string[]> {
    const size = await stat(this.#path).then(
      (found) => found.size,
      () => 0,
    )
    if (size !== this.#read.size)
      this.#read = { size, ids: size === 0 ? [] : idsIn(await readFile(this.#path, 'utf8')) }
    return this.#read.ids
  }
}

const idsIn = (text: string): string[] => [
  ...new Set(
    text.split('\n').flatMap((line) => {
      try {
        const { recipientId } = JSON.parse(line) as Partial<JournalEntry>
        return typeof recipientId === 'string' && isId(recipientId) ? [recipientId] : []
      } catch {
        return []
      }
    }),
  ),
]
