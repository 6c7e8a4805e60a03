import { appendFile, mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import { openWebhook } from './webhook.ts'

/** A place beside the ledger where signed heads are written. */
export interface HeadSink {
  /** For the log; its path or URL may be a secret. */
  readonly name: 'file' | 'webhook'
  /** Null when it was written; otherwise a code without personal data or URLs. */
  write(head: { no: number; line: string }): Promise<string | null>
  close(): Promise<void>
}

/** Appends each head as a line, and waits until it is on the disk. */
export const headFile = (path: string): HeadSink => ({
  name: 'file',
  async write({ line }) {
    try {
      await mkdir(dirname(path), { recursive: true })
      await appendFile(path, `${line}\n`, { flush: true, mode: 0o600 })
      return null
    } catch (error) {
      return (error as NodeJS.ErrnoException).code ?? 'UNWRITABLE'
    }
  },
  close: async () => {},
})

/** Sends each head to an endpoint, as notices are sent: signed as Standard Webhooks says, the same id at each try. */
export function headWebhook(webhook: { url: string; secret: string }): HeadSink {
  const endpoint = openWebhook({ id: 'chain-heads', ...webhook })
  return {
    name: 'webhook',
    async write({ no, line }) {
      const answer = await endpoint.tell({ id: `head-${no}`, body: line })
      return answer.kind === 'taken' ? null : answer.kind === 'gone' ? 'gone' : answer.code
    },
    close: () => endpoint.close(),
  }
}
