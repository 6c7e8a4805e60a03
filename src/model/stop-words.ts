/**
 * Words that alone in a reply mean "write to me no more".
 *
 * CTIA's and Twilio's English list (regulations.md T-4, T-5), the replies that Chinese senders must
 * honour (TD, T, 退订), and their French and Spanish counterparts. Upper case, without spaces.
 */
const STOP_WORDS: ReadonlySet<string> = new Set([
  'STOP', 'STOPALL', 'UNSUBSCRIBE', 'END', 'QUIT', 'CANCEL', 'REVOKE', 'OPTOUT', 'REMOVE', 'PLEASEOPTMEOUT', 'STOPTEXTING', 'PLEASESTOP',
  'TD', 'T', '退订', '取消订阅', '停止',
  'ARRET', 'ARRÊT', 'ALTO', 'BAJA', 'PARAR',
])

const bare = (text: string): string => text.normalize('NFKC').toUpperCase().replaceAll(/[\s\p{P}\p{S}]/gu, '')

/**
 * Does this reply ask to stop? Case, spaces and punctuation do not matter; words around it do.
 *
 * @param more  further words that do, as policy packs name them
 */
export const asksToStop = (reply: string, more: readonly string[] = []): boolean => {
  const said = bare(reply)
  return STOP_WORDS.has(said) || (said !== '' && more.some((word) => bare(word) === said))
}
