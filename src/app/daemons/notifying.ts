import { openWebhook } from '../../deliver/webhook/webhook.ts'
import { EndpointNotifier } from '../../pipeline/notify/endpoint-notifier.ts'
import type { Shell } from '../../pipeline/shell.ts'

/** One notifier for each endpoint under `webhooks:`, so that one that hangs keeps nobody else waiting. */
export const openNotifiers = (shell: Shell): EndpointNotifier[] =>
  shell.config.webhooks.map((webhook) => new EndpointNotifier(shell, openWebhook(webhook), Math.random))

/** One pass over all endpoints; true when there is more to do at once. */
export async function notifyingPass(notifiers: readonly EndpointNotifier[]): Promise<boolean> {
  const more = await Promise.all(notifiers.map((notifier) => notifier.pass()))
  return more.includes(true)
}
