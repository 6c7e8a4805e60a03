import { listensTo, type NoticeType } from '../../model/webhook.ts'
import type { Shell } from '../shell.ts'

/** Is anybody told anything at all? Asked first everywhere, so that nobody listening costs nothing. */
export const someoneListens = (shell: Shell): boolean => shell.config.webhooks.length > 0

/** Whose creditors' news does anybody hear? Null: everybody's. */
export function creditorsHeard(shell: Shell): string[] | null {
  const { webhooks } = shell.config
  return webhooks.some((webhook) => webhook.creditors === undefined) ? null : [...new Set(webhooks.flatMap((webhook) => webhook.creditors ?? []))]
}

/** Ids of the endpoints that listen to this creditor's notices of this type. */
export const endpointsFor = (shell: Shell, creditor: string, type: NoticeType): string[] =>
  shell.config.webhooks.filter((webhook) => listensTo(webhook, creditor, type)).map((webhook) => webhook.id)
